"""Reading and comparing the sides of `voidgen diff`."""

import json
from pathlib import Path

import pytest
from tests.support.documents import built_data
from tests.support.program import write

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
    write(tmp_path, {"voidgen.toml": ""})
    diff = run.run(run.Request(tmp_path, "result"), NoProgress())
    assert read == [Side("result"), Side()]
    assert words.title(diff) == "result (2026-01-01) → working tree (2026-01-02)"


@pytest.mark.parametrize(
    ("old", "new", "doubted"),
    [
        ("result", None, False),
        ("HEAD", "{0}/result", True),
        ("result", "main", True),
        ("result", "{0}", False),
        ("main", None, False),
        ("other/result", "main", False),
    ],
)
def test_the_projects_result_may_be_older_than_the_project(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, old: str, new: str | None, doubted: bool
) -> None:
    write(tmp_path, {"voidgen.toml": '[image]\nname = "x"\n'})
    write(tmp_path, {"result/manifest.json": json.dumps(built_data())})
    monkeypatch.chdir(tmp_path)
    named = (old.format(tmp_path), new and new.format(tmp_path))
    doubt = run.doubt(run.Request(tmp_path, *named), NoProgress())
    assert bool(doubt) == doubted
    assert doubt is None or doubt.what == "older than voidgen.toml and the modules"


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
