"""NAME.iso.sha256: sums as sha256sum(1) writes and checks them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.system import sri

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE = re.compile(r"([0-9a-fA-F]{64}) [ *]([^/\\]+)")
"""Sum and name; names of other folders are none of ours."""


def dump(hashes: Mapping[str, str]) -> bytes:
    """The file for hashes in SRI form, by the names of files beside it."""
    return "".join(f"{sri.hex_of(one)}  {name}\n" for name, one in hashes.items()).encode()


def parse(data: bytes) -> dict[str, str] | None:
    """Hashes in SRI form by name; None where a line is no sum, or a name comes twice."""
    found = {}
    for line in data.decode(errors="surrogateescape").splitlines():
        match = _LINE.fullmatch(line)
        if not match or match[2] in found:
            return None
        found[match[2]] = sri.of_hex(match[1])
    return found
