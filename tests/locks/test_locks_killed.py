"""If `lock` and `update` are killed or a write fails, each lock is whole."""

import copyreg
import os
import pickle
import shutil
import signal
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from attrs import frozen
from tests.locks.conftest import set_environment
from tests.locks.project import (
    FLAKE_LOCK,
    LOCK,
    clone,
    commit,
    contents,
    message,
    project,
    toml,
    well,
)
from tests.locks.site import Origin, Site
from tests.locks.test_update import add_zsh
from tests.locks.void import StandIn, Void
from tests.property import killing
from tests.property.running import Ran
from tests.support import program
from tests.support.http_faults import serving

from voidgen import project as projects
from voidgen.lock import state, update
from voidgen.progress import NoProgress


def _reduced(found: MappingProxyType[Any, Any]) -> tuple[Any, tuple[dict[Any, Any]]]:
    return _frozen, (dict(found),)


def _frozen(found: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(found)


# The outcome of a run has some, and pickle does not know them.
copyreg.pickle(MappingProxyType, _reduced)

State = Mapping[str, bytes]
"""A project's files."""


@frozen
class Command:
    """A voidgen command with its environment."""

    words: tuple[str, ...]
    env: Mapping[str, str]

    def __call__(self, folder: Path) -> Ran:
        os.environ.clear()
        os.environ.update(self.env)
        ran = program.voidgen(*self.words, cwd=folder)
        return Ran(ran.status, ran.out, message(program.Ran(ran.status, ran.out, ran.err)))


@frozen
class Writing:
    """Only the command's last step, which writes the locks."""

    outcome: bytes

    def __call__(self, folder: Path) -> Ran:
        state.write(projects.load(folder), pickle.loads(self.outcome))  # noqa: S301 - of this test
        return Ran(0, "", "")


@frozen
class Case:
    """A command, the project before it, and the project after an uninterrupted run."""

    command: Command
    writing: Writing
    before: Path
    after: State
    touches: int


@pytest.fixture(scope="module", params=["lock", "update"])
def case(
    request: pytest.FixtureRequest,
    nix_env: dict[str, str],
    void: Void,
    origin: Origin,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Case]:
    """A run that changes both locks: it makes them, or there are newer packages and mklive."""
    if not isinstance(void, StandIn):
        pytest.skip("it is voidgen that is killed: the stand-in is enough")
    folder = tmp_path_factory.mktemp("killed")
    (folder / "scratch").mkdir()
    with pytest.MonkeyPatch.context() as patch, serving() as server:
        set_environment(patch, nix_env, void, folder / "cache")
        patch.setenv("TMPDIR", str(folder / "scratch"))
        site = Site(server, origin)
        site.publish(origin.packages)
        mklive = clone(origin.mklive, folder / "mklive")
        before = project(folder / "before", toml(mklive, [site.url]))
        moving: frozenset[str] = frozenset()
        if request.param == "update":
            well(before, "lock")
            commit(before)
            add_zsh(mklive)
            site.publish(origin.later)
            moving = frozenset({"mklive", "xbps"})
        outcome = update.pin(projects.load(before), moving, NoProgress())
        writing = Writing(pickle.dumps(outcome))
        command = Command((request.param,), dict(os.environ))
        whole = clone(before, folder / "whole")
        status, said, touches = killing.attempt(whole, 0, None, command)
        assert (status, said) == (0, "")
        assert touches > 100
        yield Case(command, writing, before, contents(whole), touches)


def attempts(case: Case, folder: Path, act: killing.Act, count: int) -> Iterator[tuple[int, str]]:
    """Act at ``count`` writes, spread evenly; yield each run's exit status and message."""
    clone(case.before, folder)
    for index in range(count):
        start = 1 + index * (case.touches - 1) // (count - 1)
        status, said, _ = killing.attempt(folder, start, act, case.command)
        yield status, said


def renew(case: Case, folder: Path) -> None:
    shutil.rmtree(folder)
    clone(case.before, folder)


def check(case: Case, folder: Path) -> None:
    """Assert that each lock is the whole old or new one, and that nothing else changed."""
    before, found = contents(case.before), contents(folder)
    for name in (FLAKE_LOCK, LOCK):
        found.pop(f".{name}.new", None)
        assert found.pop(name, None) in {before.pop(name, None), case.after[name]}
    assert found == before


def finish(case: Case, folder: Path) -> None:
    """Assert that another run finishes the work and leaves nothing else."""
    status, said, _ = killing.attempt(folder, 0, None, case.command)
    assert (status, said) == (0, "")
    assert contents(folder) == case.after


COUNTS = [2, pytest.param(60, marks=pytest.mark.slow)]
"""Points at which a run is ended; each try starts Nix several times."""


@pytest.mark.parametrize("count", COUNTS)
def test_locks_are_whole_after_a_kill(count: int, case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    for status, _ in attempts(case, folder, killing.die, count):
        assert status == -signal.SIGKILL
        check(case, folder)
        if contents(folder) != contents(case.before):
            finish(case, folder)
            renew(case, folder)
    finish(case, folder)


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(killing.full, id="full"),
        pytest.param(killing.denied, id="denied", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("count", COUNTS)
def test_locks_are_whole_after_a_refused_write(
    act: killing.Act, count: int, case: Case, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    for status, said in attempts(case, folder, act, count):
        if status == 0:
            # It did without that write; temporary files, for example, can go elsewhere.
            assert contents(folder) == case.after
        else:
            assert (status, said[:9]) == (1, "voidgen: ")
            check(case, folder)
        assert not list(folder.glob(".*.new"))
        renew(case, folder)
    finish(case, folder)


def test_locks_are_whole_after_a_kill_at_each_write(case: Case, tmp_path: Path) -> None:
    folder = clone(case.before, tmp_path / "project")
    *_, touches = killing.attempt(folder, 0, None, case.writing)
    assert contents(folder) == case.after
    assert touches >= 6
    for start in range(1, touches + 1):
        renew(case, folder)
        status, *_ = killing.attempt(folder, start, killing.die, case.writing)
        assert status == -signal.SIGKILL
        check(case, folder)
        # The next run works in spite of what is left.
        killing.attempt(folder, 0, None, case.writing)
        assert contents(folder) == case.after


@pytest.mark.parametrize("size", [0, 1, 300])
def test_locks_are_whole_after_a_kill_in_the_middle_of_a_write(
    size: int, case: Case, tmp_path: Path
) -> None:
    folder = clone(case.before, tmp_path / "project")
    end = partial(killing.no_larger_than, size, signal.SIG_DFL)
    status, *_ = killing.attempt(folder, 1, end, case.writing)
    assert status == -signal.SIGXFSZ
    check(case, folder)
    killing.attempt(folder, 0, None, case.writing)
    assert contents(folder) == case.after
