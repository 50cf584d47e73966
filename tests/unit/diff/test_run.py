"""Reading and comparing the sides of `voidgen diff`."""

from pathlib import Path

import pytest

from voidgen.diff import run, sides, words
from voidgen.diff.arguments import Side
from voidgen.diff.sides import Found
from voidgen.image.snapshot import Snapshot
from voidgen.progress import NoProgress


@pytest.fixture(autouse=True)
def read(monkeypatch: pytest.MonkeyPatch) -> list[Side]:
    """The sides that are read; each gives an empty snapshot of another day."""
    found: list[Side] = []

    def read(side: Side, *_: object) -> Found:
        found.append(side)
        return Found(Snapshot(side.shown), f"2026-01-0{len(found)}")

    monkeypatch.setattr(sides, "read", read)
    return found


def test_both_sides_are_read_with_their_days(read: list[Side], tmp_path: Path) -> None:
    diff = run.run(run.Request(tmp_path, "result"), NoProgress())
    assert read == [Side("result"), Side()]
    assert words.title(diff) == "result (2026-01-01) → working tree (2026-01-02)"


def test_explained_also_without_nix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    found = Found(Snapshot("x", closure={}))
    monkeypatch.setattr(sides, "read", lambda *_: found)
    assert not run.run(run.Request(tmp_path, "a", "b", why=True), NoProgress())


@pytest.mark.parametrize("side", [None, "main"])
def test_save(read: list[Side], tmp_path: Path, side: str | None) -> None:
    run.save(side, tmp_path, tmp_path / "saved", NoProgress())
    assert read == [Side(side or "")]
    assert (tmp_path / "saved").read_bytes().startswith(b"{")
