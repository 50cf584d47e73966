"""Which sides the arguments of `voidgen diff` name: those that `git diff` compares."""

import os
import subprocess
from pathlib import Path

import pytest

from voidgen.diff import arguments, dates
from voidgen.diff.arguments import Side
from voidgen.errors import WrongInputError

HEAD = Side("HEAD", revision=True)
NOW = Side()


def git(folder: Path, *words: str) -> str:
    settings = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    argv = ["git", "-C", str(folder), *settings, *words]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


def commit(folder: Path, name: str, day: int) -> str:
    """Commit a file ``name``, on that day of 2026-01, and return the commit."""
    (folder / name).write_text(f"{day}")
    git(folder, "add", name)
    date = f"2026-01-{day:02}T12:00:00+0000"
    env = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    words = ("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", name)
    subprocess.run(["git", "-C", folder, *words], check=True, env=os.environ | env)
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, None, (HEAD, NOW)),
        ("main", None, (Side("main"), NOW)),
        ("result", None, (Side("result"), NOW)),
        ("main", "result", (Side("main"), Side("result"))),
        ("main..topic", None, (Side("main", revision=True), Side("topic", revision=True))),
        ("main..", None, (Side("main", revision=True), HEAD)),
        ("..topic", None, (HEAD, Side("topic", revision=True))),
        # Paths, and a flake reference.
        ("..", None, (Side(".."), NOW)),
        ("../other", None, (Side("../other"), NOW)),
        ("a/../b", None, (Side("a/../b"), NOW)),
        ("path:../other", None, (Side("path:../other"), NOW)),
    ],
)
def test_sides(
    tmp_path: Path, old: str | None, new: str | None, expected: tuple[Side, Side]
) -> None:
    assert arguments.sides(old, new, tmp_path) == expected


def test_a_file_is_not_a_range(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a..b").touch()
    monkeypatch.chdir(tmp_path)
    assert arguments.sides("a..b", None, tmp_path) == (Side("a..b"), NOW)


def test_three_dots_compare_with_the_commit_that_both_have(repository: Path) -> None:
    base = commit(repository, "one", 1)
    git(repository, "branch", "topic")
    commit(repository, "two", 2)
    git(repository, "checkout", "-q", "topic")
    commit(repository, "three", 3)
    topic = Side("topic", revision=True)
    trunk = git(repository, "rev-parse", "--abbrev-ref", "@{-1}").strip()
    before, after = arguments.sides(f"{trunk}...topic", None, repository)
    assert (before, after) == (Side(base, revision=True), topic)
    assert arguments.sides(f"{trunk}...", None, repository) == (before, HEAD)
    named = git(repository, "diff", "--name-only", f"{trunk}...topic")
    assert named == git(repository, "diff", "--name-only", before.name, after.name)


def test_an_unknown_end_is_left_to_the_reader(repository: Path) -> None:
    commit(repository, "one", 1)
    assert arguments.sides("HEAD...nope", None, repository)[0].name == "nope"


@pytest.mark.parametrize("words", [("a..b", "c"), ("c", "a...b")])
def test_a_range_is_both_sides(tmp_path: Path, words: tuple[str, str]) -> None:
    with pytest.raises(WrongInputError, match="names both sides already"):
        arguments.sides(*words, tmp_path)


def test_the_day_of_a_project_is_that_of_its_newest_change(repository: Path) -> None:
    (repository / "voidgen.toml").touch()
    os.utime(repository / "voidgen.toml", (1_700_000_000,) * 2)
    assert dates.of_project(repository) == "2023-11-14"
    below = repository / "below"
    below.mkdir()
    commit(repository, "below/voidgen.toml", 3)
    commit(repository, "beside", 4)
    assert dates.of_project(below) == "2026-01-04"
    (repository / "beside").write_text("changed, in no file of the project")
    assert dates.of_project(below) == "2026-01-04"
    (below / "voidgen.toml").write_text("changed")
    os.utime(below / "voidgen.toml", (1_790_000_000,) * 2)
    assert dates.of_project(below) == "2026-09-21"


def test_files_of_the_store_have_no_day(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    os.utime(tmp_path / "link", (1_790_000_000,) * 2, follow_symlinks=False)
    assert dates.of_file(tmp_path / "link") == "2026-09-21"
    (tmp_path / "file").touch()
    os.utime(tmp_path / "file", (1, 1))
    assert dates.of_file(tmp_path / "file") == dates.of_file(tmp_path / "missing") == ""
