"""Files of the user's: regular ones are read, and whole ones are written."""

from __future__ import annotations

import fcntl
import logging
import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from voidgen.errors import Fault, StepFailedError, WrongInputError, remedy_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_log = logging.getLogger(__name__)


@contextmanager
def open_regular_file(file: Path) -> Iterator[BinaryIO]:
    """``file``, to be read from its first byte.

    Raises OSError where it cannot be opened, WrongInputError where it is no regular file and no
    disk.
    """
    # Opened without blocking: a FIFO would wait for a writer for ever.
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
        mode = os.fstat(stream.fileno()).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISBLK(mode):
            raise WrongInputError(
                Fault("not a regular file", file, remedy="name a file, or a link to one")
            )
        yield stream


def read_regular_file(file: Path, largest: int) -> bytes:
    """The bytes of ``file``, ``largest`` at most (a number of whole MiB).

    Raises OSError where it cannot be opened or read, WrongInputError where it is no regular file
    or larger.
    """
    with open_regular_file(file) as stream:
        data = stream.read(largest + 1)
    if len(data) > largest:
        raise WrongInputError(
            Fault(f"larger than {largest >> 20} MiB", file, remedy="is it the right file?")
        )
    return data


@contextmanager
def project_lock(project: Path) -> Iterator[None]:
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


def write_atomically(file: Path, data: bytes) -> None:
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
    log_written(file)


def log_written(file: Path, how: str = "wrote") -> None:
    """Tell whoever listens what was done to a file or folder of the user's."""
    _log.info("%s %s", how, file, extra={"written": file})
