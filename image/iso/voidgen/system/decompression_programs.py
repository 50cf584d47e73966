"""Decompressing streams without libraries: zstd and LZ4's legacy format by the programs on PATH."""

from __future__ import annotations

import io
import os
import subprocess
from functools import partial
from typing import TYPE_CHECKING

from voidgen.system import decompression
from voidgen.system.decompression import NoProgramError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voidgen.system.decompression import Opener


def decompress(stream: io.BufferedReader) -> io.BufferedReader | None:
    """Return a stream of what ``stream``, which reads a file, unpacks to.

    See `decompression.Decompress`. A program ends when the returned stream is closed.
    """
    return decompression.decompressed(stream, _FORMATS)


class _Program(io.RawIOBase):
    """Read what a program prints: the decompressed rest of a file."""

    def __init__(self, name: str, process: subprocess.Popen[bytes]) -> None:
        self._name, self._process = name, process

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count: int = self._process.stdout.readinto(buffer)  # type: ignore[union-attr]
        if not count and (status := self._process.wait()):
            raise ValueError(f"{self._name} could not decompress it (exit status {status})")
        return count

    def close(self) -> None:
        if not self.closed:
            self._process.kill()
            with self._process:
                pass  # This waits for it, and closes its pipe.
        super().close()


def _start(name: str, stream: io.BufferedReader) -> _Program:
    # The program shares the position of the file, of which more was read than ``stream`` gave.
    os.lseek(stream.fileno(), stream.tell(), os.SEEK_SET)
    try:
        process = subprocess.Popen(
            [name, "-dc"],
            bufsize=0,
            stdin=stream,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise NoProgramError(f"{name} cannot be started: {error.strerror}") from None
    return _Program(name, process)


_FORMATS: Mapping[bytes, Opener] = {
    decompression.LZ4: partial(_start, "lz4"),
    decompression.ZSTD: partial(_start, "zstd"),
}
