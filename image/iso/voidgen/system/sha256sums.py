"""NAME.iso.sha256: sums as sha256sum(1) writes and checks them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.system import sri

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE = re.compile(r"([0-9a-fA-F]{64}) [ *]([^/\\]+)")
"""Sum and name; a name with a folder in it is refused."""


def dump(hashes: Mapping[str, str]) -> bytes:
    """Return the file's content, for hashes in SRI form by the names of the files beside it."""
    return "".join(f"{sri.hex_of(one)}  {name}\n" for name, one in hashes.items()).encode()


def parse(data: bytes) -> dict[str, str] | None:
    """Return hashes in SRI form by name; None if a line isn't a sum or a name is there twice."""
    found = {}
    for line in data.decode(errors="surrogateescape").splitlines():
        match = _LINE.fullmatch(line)
        if not match or match[2] in found:
            return None
        found[match[2]] = sri.of_hex(match[1])
    return found
