"""Processes that run voidgen, in which one write to the disk kills it or fails.

Each attempt is a fork of a process that has imported everything.
"""

import errno
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.property import running

Act = Callable[[], None]
Run = Callable[[Path], running.Ran]
"""Runs voidgen on the project in a folder; to be pickled."""

TOUCHING = {
    "os.chmod",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "os.truncate",
    "shutil.rmtree",
    "subprocess.Popen",
}
"""Events of ``sys.addaudithook`` that come just before something changes, besides opening."""

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

# A process for each attempt, which shares no threads and no audit hook with the tests.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "tests.property.killing",
        "voidgen.cli.generate",
        "voidgen.cli.update",
        "voidgen.emit",
        "voidgen.generate.run",
        "voidgen.system.git",
        "voidgen.lock",
        "voidgen.lock.update",
        "voidgen.project",
    ]
)


def _child(folder: Path, start: int, act: Act | None, run: Run, said: Any) -> None:
    """Run voidgen, and ``act`` just before the ``start``-th write to the disk."""
    count = 0

    def touched(event: str, args: tuple[Any, ...]) -> None:
        nonlocal count
        # If args[0] is a number, the file is already open, or a pipe.
        opened = event == "open" and not isinstance(args[0], int) and args[2] & WRITING
        if event in TOUCHING or opened:
            count += 1
            if act and count == start:
                act()

    sys.addaudithook(touched)
    ran = run(folder)
    said.send((ran.status, ran.stderr, count))


def attempt(
    folder: Path, start: int, act: Act | None, run: Run = running.generate
) -> tuple[int, str, int]:
    """Return exit status (negative: killed), messages and the number of writes to the disk."""
    ours, theirs = FORKS.Pipe()
    child = FORKS.Process(target=_child, args=(folder, start, act, run, theirs))
    child.start()
    theirs.close()
    child.join()
    assert child.exitcode is not None
    try:
        status, stderr, touches = ours.recv()
    except EOFError:
        return child.exitcode, "", 0
    return status, stderr, touches


EVERY = [
    pytest.param(6, id="some"),
    pytest.param(None, id="every", marks=pytest.mark.slow),
]
"""How many touches a test acts at: a few in `make test`, each one in `make test-slow`."""


def chosen(touches: int, count: int | None) -> Sequence[int]:
    """Return the numbers of ``count`` writes, evenly spread, or of all for None."""
    if count is None or count >= touches:
        return range(1, touches + 1)
    return [1 + index * (touches - 1) // (count - 1) for index in range(count)]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def denied() -> None:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def broken() -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def no_larger_than(size: int, end: signal.Handlers) -> None:
    """Interrupt the writing of a larger file at that byte."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    signal.signal(signal.SIGXFSZ, end)
