"""Which sides `voidgen diff` reads."""

from pathlib import Path

import pytest

from voidgen.diff import run, sides
from voidgen.image.snapshot import Snapshot
from voidgen.progress import NoProgress


@pytest.fixture(autouse=True)
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The names that are read in a project; each gives an empty snapshot."""
    (tmp_path / "voidgen.toml").touch()
    found: list[str] = []

    def read(named: str, *_: object) -> Snapshot:
        found.append(named)
        return Snapshot(named)

    monkeypatch.setattr(sides, "read", read)
    return found


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, None, ("HEAD", "PROJECT")),
        ("result", None, ("HEAD", "result")),
        ("main", "result", ("main", "result")),
        ("main..topic", None, ("main", "topic")),
        ("main..", None, ("main", "PROJECT")),
        ("..topic", None, ("HEAD", "topic")),
        ("..", None, ("HEAD", "..")),
        ("main..topic", "result", ("main..topic", "result")),
    ],
)
def test_sides(
    read: list[str], tmp_path: Path, old: str | None, new: str | None, expected: tuple[str, str]
) -> None:
    diff = run.run(run.Request(tmp_path, old, new), NoProgress())
    wanted = [str(tmp_path) if one == "PROJECT" else one for one in expected]
    assert (read, [diff.old, diff.new]) == (wanted, wanted)


def test_explained_also_without_nix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    snapshot = Snapshot("x", closure={})
    monkeypatch.setattr(sides, "read", lambda *_: snapshot)
    assert not run.run(run.Request(tmp_path, "a", "b", why=True), NoProgress())


@pytest.mark.parametrize(("side", "expected"), [(None, "PROJECT"), ("main", "main")])
def test_save(read: list[str], tmp_path: Path, side: str | None, expected: str) -> None:
    run.save(side, tmp_path, tmp_path / "saved", NoProgress())
    assert read == [str(tmp_path) if expected == "PROJECT" else expected]
    assert (tmp_path / "saved").read_bytes().startswith(b"{")
