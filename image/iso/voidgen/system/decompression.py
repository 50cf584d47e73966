"""Decompressing streams with the standard library, which lacks zstd and LZ4.

`compressed` decompresses these by libraries, `decompression_programs` by programs.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Decompress = Callable[[io.BufferedReader], io.BufferedReader | None]
    """Returns a stream of what a stream unpacks to; None if its next bytes are of no known format.

    Nothing else may read the stream from then on. Close what it returns, because a program may be
    behind it: reading that raises one of `DAMAGED` if the data is damaged or cut off. Raises
    NoProgramError if the program for the format cannot be started.
    """
    Opener = Callable[[io.BufferedReader], object]

DAMAGED = (EOFError, OSError, ValueError, lzma.LZMAError, zlib.error)
"""What reading a decompressed stream raises if the data is damaged or cut off."""
_PIECE = 1 << 20
"""Bytes that are read at once."""

LZ4, ZSTD = b"\x02\x21\x4c\x18", b"\x28\xb5\x2f\xfd"
"""The first bytes of LZ4's legacy format and of zstd."""
_FORMATS: Mapping[bytes, Opener] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}
"""How to decompress a stream, by its first bytes."""


class NoProgramError(Exception):
    """A program that decompresses cannot be started; the message names it."""


def buffered(stream: object) -> io.BufferedReader:
    """Return ``stream``, which has at least ``readinto``, with a buffer."""
    return io.BufferedReader(cast("io.RawIOBase", stream), _PIECE)


def decompressed(
    stream: io.BufferedReader, others: Mapping[bytes, Opener]
) -> io.BufferedReader | None:
    """Return what ``stream`` unpacks to, as `Decompress` says; ``others`` opens other formats."""
    formats = {**_FORMATS, **others}
    begin = stream.peek(max(map(len, formats)))
    known = (opener for sign, opener in formats.items() if begin.startswith(sign))
    opener = next(known, None)
    return buffered(opener(stream)) if opener else None
