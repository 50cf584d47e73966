"""A file while it comes: ``<file>.part`` beside its place, moved there once it is whole."""

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
"""Bytes to read at most before looking whether anybody still waits for them."""


@frozen
class Wanted:
    """A file to fetch.

    ``url`` is http, https, or an absolute path of this machine; ``file`` is where it goes, its
    folders made where missing. ``hash`` is in SRI form, ``size`` in bytes, each None where it
    is not known: without a hash whatever comes is taken. ``mirrors`` are more places, each asked
    where the one before it could not give the file.
    """

    url: str
    file: Path
    hash: str | None
    size: int | None
    mirrors: tuple[str, ...] = ()


class StoppedError(Exception):
    """Nobody waits for the file any more."""


class Teller:
    """Tells how many bytes moved, one thread at a time; ends the threads once it is stopped."""

    def __init__(self, moved: Callable[[int], None]) -> None:
        """``moved`` is called with each count of bytes."""
        self._moved = moved
        self._lock = Lock()
        self._stopped = Event()

    def tell(self, count: int) -> None:
        """Tell ``count`` bytes, negative ones taken back. Raises StoppedError once stopped."""
        with self._lock:
            if self._stopped.is_set():
                raise StoppedError
            if count:
                self._moved(count)

    def stop(self) -> None:
        """Tell nothing from now on."""
        with self._lock:
            self._stopped.set()

    def sleep(self, seconds: float) -> None:
        """Wait. Raises StoppedError as soon as it is stopped."""
        if self._stopped.wait(seconds):
            raise StoppedError


class Part:
    """The beginning of a file, hashed as it grows; no other thread or voidgen writes it.

    What fails on the disk is an OSError.
    """

    def __init__(self, wanted: Wanted, teller: Teller) -> None:
        """Wait until no other voidgen fetches the file; nothing is read yet."""
        self.wanted = wanted
        self.teller = teller
        self.count = 0
        """Bytes that are there."""
        self.pieced = False
        """Whether an answer was joined to what was there."""
        self._hash = hashlib.sha256()
        wanted.file.parent.mkdir(parents=True, exist_ok=True)
        self._path = Path(f"{wanted.file}.part")
        self._stream = _alone(self._path)

    def load(self) -> None:
        """Go on after what another run left."""
        self._stream.seek(0)
        while piece := self._stream.read(PIECE):
            self._count(piece)

    def append(self, piece: bytes) -> None:
        """Write what came. Raises WrongError before the file grows longer than wanted."""
        size = self.wanted.size
        if size is not None and self.count + len(piece) > size:
            raise WrongError(f"wrong size: expected {size} bytes, got more")
        self._stream.write(piece)
        self._count(piece)

    def restart(self) -> None:
        """Forget what is there."""
        self._stream.seek(0)
        self._stream.truncate()
        lost, self.count, self.pieced = self.count, 0, False
        self._hash = hashlib.sha256()
        self._tell(-lost)

    def has_all(self) -> bool:
        """Whether the hash is known and right: no more bytes are needed."""
        return self.wanted.hash == self._sri()

    def is_short(self) -> bool:
        """Whether it is known to lack bytes."""
        return self.wanted.size is not None and self.count < self.wanted.size

    def can_grow(self) -> bool:
        """Whether bytes of another answer may be joined to it.

        Without a hash nothing would tell that they are of another file.
        """
        return self.wanted.hash is not None and (self.wanted.size is None or self.is_short())

    def check(self) -> None:
        """Raise WrongError unless it is what is wanted, as far as that is known."""
        size, expected, got = self.wanted.size, self.wanted.hash, self._sri()
        if expected not in {None, got}:
            raise WrongError(f"wrong hash: expected {expected}, got {got}")
        if size not in {None, self.count}:
            raise WrongError(f"wrong size: expected {size} bytes, got {self.count}")

    def keep(self) -> None:
        """Move it to its place."""
        self._stream.flush()
        self._path.replace(self.wanted.file)

    def close(self) -> None:
        """Let others have it; what came so far stays for the next run."""
        if not self.count and _is_named(self._stream, self._path):
            self._path.unlink()
        self._stream.close()

    def _count(self, piece: bytes) -> None:
        self.count += len(piece)
        self._hash.update(piece)
        self._tell(len(piece))

    def _tell(self, count: int) -> None:
        # Sizes that are not known are not in the total either.
        self.teller.tell(0 if self.wanted.size is None else count)

    def _sri(self) -> str:
        return sri.of_digest(self._hash.digest())


def _alone(path: Path) -> IO[bytes]:
    """``path`` open for appending, made where missing, as soon as no other voidgen has it."""
    while True:
        stream = path.open("a+b")
        fcntl.flock(stream, fcntl.LOCK_EX)
        if _is_named(stream, path):
            return stream
        # The other one has moved it to its place, and nothing more may be written to it.
        stream.close()


def _is_named(stream: IO[bytes], path: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    return False
