"""After `generate` is killed or a write fails, the next run repairs the project."""

import shutil
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest
from tests.property import killing, projects, running
from tests.property.killing import Act
from tests.property.projects import Module, Project


def state(*files: str, text: str = "one") -> Project:
    """Return a project whose image has these files."""
    table: projects.Table = {"image": {"name": "x"}, "overlay": {"modules": ["only"]}}
    contents = {f"etc/{name}": f"{name} {text}".encode() for name in files}
    contents["etc/large"] = LARGE + text.encode()
    return Project(table, {"only": Module({"summary": "x"}, contents)})


LARGE = bytes(100_000)
"""Larger than any other file, so that a size limit interrupts only its writing."""

# `same` changes; a folder and a single file are removed, and others are added; `turns` becomes a
# folder, and `deep` becomes a file.
A = state("same", "old/a/b", "gone", "turns", "deep/er/x", "deep/y")
B = state("same", "new/a/b", "come", "turns/in/to", "deep", text="two")
# Paths that B may have written in part are of other kinds here, and `turns` is as in A.
C = state("same", "new/a", "come/in", "turns", "gone", text="three")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Project], running.Left]:
    """A function that returns the emitted files of a project, written for the first time."""
    left: dict[int, running.Left] = {}

    def emitted(project: Project) -> running.Left:
        if id(project) not in left:
            folder = running.repository(tmp_path_factory.mktemp("fresh"))
            edit(folder, project)
            assert running.generate(folder).status == 0
            left[id(project)] = running.emitted(folder)
        return left[id(project)]

    return emitted


@pytest.fixture(scope="module")
def from_a_to_b(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with A's emitted files, whose sources are B's."""
    folder = running.repository(tmp_path_factory.mktemp("state"))
    edit(folder, A)
    assert running.generate(folder).status == 0
    edit(folder, B)
    for path, data in MINE.items():
        (folder / path).write_bytes(data)
    return folder


MINE = {"mine": b"a", "image/mine": b"b", "image/include/etc/mine": b"c"}
"""Files that the user put there."""


def edit(folder: Path, project: Project) -> None:
    projects.write(project, folder, Random(0))


def runs_with_act_at_writes(
    template: Path, folder: Path, act: Act, count: int | None
) -> Iterator[tuple[int, str]]:
    """Run copies of ``template``, and act at one write each; yield how each run ended."""
    copy(template, folder)
    status, stderr, touches = killing.attempt(folder, 0, None)
    assert (status, stderr) == (0, "")
    assert touches > 40
    for start in killing.chosen(touches, count):
        copy(template, folder)
        status, stderr, _ = killing.attempt(folder, start, act)
        yield status, stderr


def copy(template: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder, symlinks=True)


def check(folder: Path, expected: running.Left) -> None:
    """Assert that another run repairs everything, and changes nothing else."""
    ran = running.generate(folder)
    assert (ran.status, ran.stderr) == (0, "")
    for path, data in MINE.items():
        assert (folder / path).read_bytes() == data
        (folder / path).unlink()
    assert running.emitted(folder) == expected
    assert running.folders(folder / "image") == {
        parent.as_posix() for path in expected for parent in Path(path).parents
    } - {"."}
    assert running.known(folder) == set(expected)


@pytest.mark.parametrize("count", killing.EVERY)
@pytest.mark.parametrize("then", [A, B, C], ids=["back", "again", "on"])
def test_a_run_after_a_kill_at_a_write_gives_the_right_files(
    then: Project,
    count: int | None,
    from_a_to_b: Path,
    fresh: Callable[[Project], running.Left],
    tmp_path: Path,
) -> None:
    folder = tmp_path / "project"
    for status, _ in runs_with_act_at_writes(from_a_to_b, folder, killing.die, count):
        assert status == -signal.SIGKILL
        edit(folder, then)
        check(folder, fresh(then))


@pytest.mark.parametrize("count", killing.EVERY)
@pytest.mark.parametrize("act", [killing.full, killing.denied], ids=["full", "denied"])
def test_a_run_after_a_failed_write_gives_the_right_files(
    act: Act,
    count: int | None,
    from_a_to_b: Path,
    fresh: Callable[[Project], running.Left],
    tmp_path: Path,
) -> None:
    folder = tmp_path / "project"
    for status, stderr in runs_with_act_at_writes(from_a_to_b, folder, act, count):
        assert status == 1
        assert stderr.startswith("voidgen: ")
        assert "internal error" not in stderr
        assert len(stderr.splitlines()) <= 2
        check(folder, fresh(B))


@pytest.mark.parametrize(
    "size", [0, 50_000, *(pytest.param(size, marks=pytest.mark.slow) for size in (1, 1_000))]
)
@pytest.mark.parametrize("end", [signal.SIG_DFL, signal.SIG_IGN], ids=["killed", "refused"])
def test_a_run_after_a_partly_written_file_gives_the_right_files(
    size: int,
    end: signal.Handlers,
    from_a_to_b: Path,
    fresh: Callable[[Project], running.Left],
    tmp_path: Path,
) -> None:
    for index, then in enumerate([A, B, C]):
        folder = tmp_path / str(index)
        copy(from_a_to_b, folder)
        status, _, _ = killing.attempt(folder, 1, partial(killing.no_larger_than, size, end))
        assert status == (-signal.SIGXFSZ if end is signal.SIG_DFL else 1)
        edit(folder, then)
        check(folder, fresh(then))


@pytest.mark.parametrize("count", killing.EVERY)
def test_an_edit_after_a_kill_is_refused(
    count: int | None,
    from_a_to_b: Path,
    fresh: Callable[[Project], running.Left],
    tmp_path: Path,
) -> None:
    folder = tmp_path / "project"
    edited = folder / "image" / "include" / "etc" / "same"
    for _ in runs_with_act_at_writes(from_a_to_b, folder, killing.die, count):
        before = edited.read_bytes()
        edited.write_bytes(b"mine")
        ran = running.generate(folder)
        assert (ran.status, edited.read_bytes()) == (2, b"mine")
        assert "etc/same: was edited since voidgen emitted it" in ran.stderr
        edited.write_bytes(before)
        check(folder, fresh(B))
