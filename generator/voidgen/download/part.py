"""A file that is being fetched: ``<file>.part``, renamed to ``<file>`` once it is complete."""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock
from typing import IO, TYPE_CHECKING

from attrs import frozen

from voidgen.download.refused import WrongError
from voidgen.system import sri

if TYPE_CHECKING:
    from collections.abc import Callable

PIECE = 1 << 18
"""Largest number of bytes to read before checking whether the fetch was stopped."""


@frozen
class Wanted:
    """A file to fetch.

    ``url`` is http, https, or an absolute path of this machine; ``file`` is where it goes, its
    missing folders are made. ``hash`` is in SRI form, ``size`` in bytes; None if unknown: without
    a hash, any bytes are accepted. ``mirrors`` are further places, each tried if the one before
    it fails.
    """

    url: str
    file: Path
    hash: str | None
    size: int | None
    mirrors: tuple[str, ...] = ()


class StoppedError(Exception):
    """The fetch was stopped."""


class ByteReporter:
    """Reports moved bytes, one thread at a time; ends the threads once it is stopped."""

    def __init__(self, moved: Callable[[int], None]) -> None:
        """Report each count of bytes to ``moved``."""
        self._moved = moved
        self._lock = Lock()
        self._stopped = Event()

    def report(self, count: int) -> None:
        """Report ``count`` bytes, negative to take some back; StoppedError once stopped."""
        with self._lock:
            if self._stopped.is_set():
                raise StoppedError
            if count:
                self._moved(count)

    def stop(self) -> None:
        """Report nothing from now on, and end the threads."""
        with self._lock:
            self._stopped.set()

    def sleep(self, seconds: float) -> None:
        """Wait. Raises StoppedError as soon as it is stopped."""
        if self._stopped.wait(seconds):
            raise StoppedError


class Part:
    """The beginning of a file, hashed as it grows; no other thread or voidgen writes it.

    Methods raise OSError if the disk fails.
    """

    def __init__(self, wanted: Wanted, reporter: ByteReporter) -> None:
        """Wait until no other voidgen fetches the file; read nothing yet."""
        self.wanted = wanted
        self.reporter = reporter
        self.count = 0
        """Bytes received so far."""
        self.pieced = False
        """Whether it consists of the bytes of several answers."""
        self._hash = hashlib.sha256()
        wanted.file.parent.mkdir(parents=True, exist_ok=True)
        self._path = Path(f"{wanted.file}.part")
        self._stream = _open_exclusively(self._path)

    def load(self) -> None:
        """Read what another run left, to continue after it."""
        self._stream.seek(0)
        while piece := self._stream.read(PIECE):
            self._count(piece)

    def append(self, piece: bytes) -> None:
        """Write a piece. Raises WrongError before the file grows longer than wanted."""
        size = self.wanted.size
        if size is not None and self.count + len(piece) > size:
            raise WrongError(f"wrong size: expected {size} bytes, got more")
        self._stream.write(piece)
        self._count(piece)

    def restart(self) -> None:
        """Discard what was received."""
        self._stream.seek(0)
        self._stream.truncate()
        lost, self.count, self.pieced = self.count, 0, False
        self._hash = hashlib.sha256()
        self._report(-lost)

    def has_all(self) -> bool:
        """Return whether it has the wanted hash: no more bytes are needed."""
        return self.wanted.hash == self._sri()

    def is_short(self) -> bool:
        """Return whether it is known to lack bytes."""
        return self.wanted.size is not None and self.count < self.wanted.size

    def can_grow(self) -> bool:
        """Return whether bytes of another answer may be appended.

        Without a hash, bytes of another version of the file would not be noticed.
        """
        return self.wanted.hash is not None and (self.wanted.size is None or self.is_short())

    def check(self) -> None:
        """Raise WrongError unless it has the wanted hash and size, as far as they are known."""
        size, expected, got = self.wanted.size, self.wanted.hash, self._sri()
        if expected not in {None, got}:
            raise WrongError(f"wrong hash: expected {expected}, got {got}")
        if size not in {None, self.count}:
            raise WrongError(f"wrong size: expected {size} bytes, got {self.count}")

    def keep(self) -> None:
        """Rename it to the wanted file."""
        self._stream.flush()
        self._path.replace(self.wanted.file)

    def close(self) -> None:
        """Release it for other voidgens; the next run continues it."""
        if not self.count and _is_named(self._stream, self._path):
            self._path.unlink()
        self._stream.close()

    def _count(self, piece: bytes) -> None:
        self.count += len(piece)
        self._hash.update(piece)
        self._report(len(piece))

    def _report(self, count: int) -> None:
        # The total does not contain unknown sizes either.
        self.reporter.report(0 if self.wanted.size is None else count)

    def _sri(self) -> str:
        return sri.of_digest(self._hash.digest())


def _open_exclusively(path: Path) -> IO[bytes]:
    """Open ``path`` for appending once no other voidgen has it open; make it if missing."""
    while True:
        stream = path.open("a+b")
        fcntl.flock(stream, fcntl.LOCK_EX)
        if _is_named(stream, path):
            return stream
        # The other voidgen has renamed it, so it is complete: nothing may be appended.
        stream.close()


def _is_named(stream: IO[bytes], path: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    return False
