"""Decompressing streams of gzip, bzip2, xz, zstd and LZ4's legacy format."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

import lz4.block
import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DAMAGED = (
    *(EOFError, OSError, ValueError, zlib.error),
    *(lz4.block.LZ4BlockError, lzma.LZMAError, zstandard.ZstdError),
)
"""What reading a stream of `decompress` raises if the data is damaged or cut off."""
_PIECE = 1 << 20
"""Bytes that are read at once."""


def buffered(stream: object) -> io.BufferedReader:
    """Return ``stream``, which has at least ``readinto``, with a buffer."""
    return io.BufferedReader(cast("io.RawIOBase", stream), _PIECE)


def decompress(stream: io.BufferedReader) -> io.BufferedReader | None:
    """Return a stream of what ``stream`` unpacks to; None if its next bytes are of no format."""
    begin = stream.peek(_SIGN)
    known = (decompress for sign, decompress in _FORMATS.items() if begin.startswith(sign))
    decompress = next(known, None)
    return buffered(decompress(stream)) if decompress else None


class _Lz4(io.RawIOBase):
    """Decompress a stream in LZ4's legacy format (lz4_Frame_format.md, "Legacy frame")."""

    BLOCK = 8 << 20

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._rest = stream, b""
        stream.read(4)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest and len(size := self._stream.read(4)) == 4:  # noqa: PLR2004 - as read
            block = self._stream.read(int.from_bytes(size, "little"))
            self._rest = lz4.block.decompress(block, uncompressed_size=self.BLOCK)
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


_FORMATS: Mapping[bytes, Callable[[BinaryIO], object]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": lambda stream: zstandard.ZstdDecompressor().stream_reader(
        stream, read_across_frames=True
    ),
    b"\x02\x21\x4c\x18": _Lz4,
}
"""How to decompress a stream, by its first bytes."""
_SIGN = max(map(len, _FORMATS))
