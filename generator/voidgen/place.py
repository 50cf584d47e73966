"""Writing into a project: one voidgen at a time, and whole files only."""

from __future__ import annotations

import fcntl
import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError, remedy_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_log = logging.getLogger(__name__)


@contextmanager
def alone(project: Path) -> Iterator[None]:
    """One voidgen at a time writes into ``project``; StepFailedError where another one does."""
    descriptor = os.open(project, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            what = f"{project}: another voidgen is writing here"
            raise StepFailedError(what, "wait for it, and run this again") from None
        yield
    finally:
        os.close(descriptor)


def replace(file: Path, data: bytes) -> None:
    """Give ``file`` new bytes: the old ones are there until all of the others are.

    Raises StepFailedError where the system refuses; then the old ones stay.
    """
    # Always the same name, so that what a killed run left goes with the next.
    temporary = file.with_name(f".{file.name}.new")
    try:
        temporary.unlink(missing_ok=True)
        # Not through a link that somebody put there.
        with temporary.open("xb") as stream:
            stream.write(data)
            # Explicit: the user's umask is no concern of git's.
            os.fchmod(stream.fileno(), 0o644)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StepFailedError(f"{file}: {error.strerror}", remedy_of(error)) from None
    wrote(file)


def wrote(file: Path, how: str = "wrote") -> None:
    """Tell whoever listens what was done to a file or folder of the user's."""
    _log.info("%s %s", how, file, extra={"written": file})
