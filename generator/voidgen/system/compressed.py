"""Decompressing streams of gzip, bzip2, xz, zstd and LZ4's legacy format with libraries."""

from __future__ import annotations

import io
from typing import BinaryIO

import lz4.block
import zstandard

from voidgen.system import decompression


def decompress(stream: io.BufferedReader) -> io.BufferedReader | None:
    """Return a stream of what ``stream`` unpacks to: see `decompression.Decompress`."""
    return decompression.decompressed(stream, {decompression.LZ4: _Lz4, decompression.ZSTD: _Zstd})


class _Zstd(io.RawIOBase):
    """Decompress a stream of zstd's frames."""

    def __init__(self, stream: BinaryIO) -> None:
        unpacker = zstandard.ZstdDecompressor()
        self._reader = unpacker.stream_reader(stream, read_across_frames=True)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            return self._reader.readinto(buffer)
        except zstandard.ZstdError as error:
            raise ValueError(str(error)) from None


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
            try:
                self._rest = lz4.block.decompress(block, uncompressed_size=self.BLOCK)
            except lz4.block.LZ4BlockError as error:
                raise ValueError(str(error)) from None
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count
