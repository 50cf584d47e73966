"""Make black pictures in PNG."""

import struct
import zlib


def png(
    width: int = 640, height: int = 480, depth: int = 8, colour: int = 2, laced: int = 0
) -> bytes:
    """Return a PNG; the pixels are right only for 8 bits of red, green and blue."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, laced)
    pixels = zlib.compress(bytes((1 + 3 * width) * height))
    chunks = ((b"IHDR", head), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk (PNG specification, 5.3)."""
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
