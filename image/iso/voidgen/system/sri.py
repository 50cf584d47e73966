"""SHA-256 hashes as Nix and voidgen.lock write them, ``sha256-<base64>``, and as XBPS does, in hex.

The form is that of W3C's "Subresource Integrity", with sha256 alone.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import b64decode, b64encode
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

# The last digit holds four bits only: one with others spells the same hash again.
PATTERN = r"sha256-[A-Za-z0-9+/]{42}[048AEIMQUYcgkosw]="
"""The SRI form of a SHA-256 hash."""
_PREFIX = "sha256-"
_PIECE = 1 << 20
"""Bytes that are read at once."""
_HEX = re.compile(r"[0-9A-Fa-f]{64}")


def of_digest(digest: bytes) -> str:
    """Return the SRI form of a digest, the 32 bytes that SHA-256 gives.

    Raises ValueError for any other number of bytes.
    """
    if len(digest) != hashlib.sha256().digest_size:
        raise ValueError(f"a SHA-256 digest has 32 bytes, not {len(digest)}")
    return _PREFIX + b64encode(digest).decode()


def of_hex(text: str) -> str:
    """Return the SRI form of a digest in hex, 64 digits in either case.

    Raises ValueError for anything else.
    """
    if not _HEX.fullmatch(text):
        raise ValueError(f"{text!r} is not a SHA-256 hash in hex")
    return of_digest(bytes.fromhex(text))


def of_bytes(data: bytes) -> str:
    """Return the SRI form of the hash of ``data``."""
    return of_digest(hashlib.sha256(data).digest())


def of_file(file: Path) -> str:
    """Return the SRI form of the hash of a file's bytes, read piece by piece.

    Raises OSError if it cannot be read.
    """
    with file.open("rb") as stream:
        return of_stream(stream)


def of_stream(stream: BinaryIO) -> str:
    """Return the SRI form of the hash of what ``stream`` still has, read piece by piece."""
    found = hashlib.sha256()
    for piece in iter(partial(stream.read, _PIECE), b""):
        found.update(piece)
    return of_digest(found.digest())


def hex_of(sri: str) -> str:
    """Return the hash in hex, 64 digits in lower case, of its SRI form.

    Raises ValueError for other algorithms, and for any other spelling than that of `of_digest`.
    """
    try:
        digest = b64decode(sri.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != hashlib.sha256().digest_size or of_digest(digest) != sri:
        raise ValueError(f"{sri!r} is not a SHA-256 hash in SRI form")
    return digest.hex()
