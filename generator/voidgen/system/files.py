"""Reading and writing the user's files: only regular files are read, and writes are atomic."""

from __future__ import annotations

import fcntl
import logging
import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.errors import Fault, StepFailedError, WrongInputError, refused, remedy_of, unreadable
from voidgen.system import regular_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_log = logging.getLogger(__name__)

LARGEST_TEXT = 1 << 20
"""Bytes. A file that a person writes is far smaller, and parsing must stay quick."""


@contextmanager
def open_regular_file(file: Path) -> Iterator[BinaryIO]:
    """Open ``file`` for reading, from its first byte.

    Raises OSError if it cannot be opened, WrongInputError if it is neither a regular file nor a
    disk.
    """
    try:
        with regular_file.opened(file) as stream:
            yield stream
    except regular_file.NotRegularError as error:
        raise WrongInputError(not_regular(error)) from None


def not_regular(error: regular_file.NotRegularError) -> Fault:
    """Return the fault of a path that is not a file."""
    where, remedy = Path(error.filename), "name a file, or a link to one"
    return Fault("not a regular file", where, remedy=remedy)


def read_regular_file(file: Path, largest: int = LARGEST_TEXT) -> bytes:
    """Return the bytes of ``file``, ``largest`` at most (a number of whole MiB).

    Raises OSError if it cannot be opened or read, WrongInputError if it isn't a regular file or is
    larger.
    """
    with open_regular_file(file) as stream:
        data = stream.read(largest + 1)
    if len(data) > largest:
        raise WrongInputError(
            Fault(f"larger than {largest >> 20} MiB", file, remedy="is it the right file?")
        )
    return data


def read_input(file: Path, largest: int = LARGEST_TEXT) -> bytes:
    """Return the bytes of a file, ``largest`` at most, as `read_regular_file`.

    Raises WrongInputError if it cannot be read or does not exist.
    """
    with _faults_of(file):
        return read_regular_file(file, largest)


def read_optional_input(file: Path, largest: int = LARGEST_TEXT) -> bytes | None:
    """`read_input`, but return None if ``file`` does not exist."""
    with _faults_of(file), suppress(FileNotFoundError):
        return read_regular_file(file, largest)
    return None


@contextmanager
def _faults_of(file: Path) -> Iterator[None]:
    """Turn an OSError of the context into the fault of ``file``."""
    try:
        yield
    except OSError as error:
        raise WrongInputError(unreadable(error, file)) from None


@contextmanager
def project_lock(project: Path) -> Iterator[None]:
    """Keep other voidgens from writing into ``project`` while the context lasts.

    Raises StepFailedError if another one is writing there.
    """
    descriptor = os.open(project, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            what = f"{project}: another voidgen is writing here"
            raise StepFailedError(what, "wait until it ends, and run this command again") from None
        yield
    finally:
        os.close(descriptor)


def append_line(file: Path, line: str) -> None:
    """Add ``line`` at the end of ``file`` in one step, after what is there, if anything is.

    Keeps the file's owner and mode, and links to it; makes missing folders. Raises StepFailedError
    if the system refuses, WrongInputError if it isn't a regular file; then ``file`` is unchanged.
    """
    target = type(file)(os.path.realpath(file))
    before = read_optional_input(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        about = None if before is None else target.stat()
    except OSError as error:
        raise refused(error, file) from None
    end = b"\n" if before and not before.endswith(b"\n") else b""
    write_atomically(target, b"%b%b%b\n" % (before or b"", end, line.encode()), about)


def write_atomically(file: Path, data: bytes, about: os.stat_result | None = None) -> None:
    """Replace the content of ``file`` in one step: it never has only a part of ``data``.

    It gets the owner and mode of ``about``, or else yours and 0644. Raises StepFailedError if the
    system refuses; then ``file`` is unchanged.
    """
    # Always the same name, so that the next run replaces what a killed run left.
    temporary = file.with_name(f".{file.name}.new")
    try:
        temporary.unlink(missing_ok=True)
        # "x" does not follow a link that someone else put there.
        with temporary.open("xb") as stream:
            # First, because others must not read what they could not read before.
            if about:
                os.fchown(stream.fileno(), about.st_uid, about.st_gid)
            # Set here, because the user's umask must not decide what git sees.
            os.fchmod(stream.fileno(), stat.S_IMODE(about.st_mode) if about else 0o644)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StepFailedError(f"{file}: {error.strerror}", remedy_of(error)) from None
    log_written(file)


def log_written(file: Path, how: str = "wrote") -> None:
    """Log what was done to one of the user's files or folders."""
    _log.info("%s %s", how, file, extra={"written": file})
