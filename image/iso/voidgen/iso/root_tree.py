"""The root tree of an ISO: the paths of its squashfs, as programs list them. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from voidgen.system import sri

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE = re.compile(r"(\S{10}) (\d+)/(\d+) +(\d+|\d+, *\d+) (\S+ \S+) (.*)")
"""A line of ``unsquashfs -lln``: mode, owner, group, size or device, date, time, path."""
_ACCOUNT = re.compile(r"([^:]+):[^:]*:([0-9]{1,10}):")
"""The beginning of a line of passwd(5) or group(5): name, password, number."""

KINDS = {"d": "directory", "l": "symlink", "-": "file"}
"""Kinds of entries by the first character of a mode as ls(1) prints it."""
SPECIAL = "special"
"""The kind of everything else, such as a device."""


class RootEntry(NamedTuple):
    """A path of the root tree: its kind, permission bits, numeric owner, size, link target.

    ``time`` is as unsquashfs prints it: without seconds before 4.6.
    """

    kind: str
    mode: int
    owner: tuple[int, int]
    size: int
    target: str = ""
    time: str = ""

    def __str__(self) -> str:
        """As messages say it."""
        what = f"a {self.kind} with mode {self.mode:04o} and owner {self.owner[0]}:{self.owner[1]}"
        if self.kind == "symlink":
            return f"{what} to {self.target}"
        return f"{what} of {self.size} bytes" if self.kind == "file" else what


class RootTree(NamedTuple):
    """All paths of the root tree, and what is known of its files' content.

    ``users`` and ``groups`` are the numbers by name in its passwd(5) and group(5), ``hashes`` the
    SHA-256 (SRI) of the files whose content was read, by path.
    """

    entries: Mapping[str, RootEntry]
    users: Mapping[str, int]
    groups: Mapping[str, int]
    hashes: Mapping[str, str]


def entries(squashfs_list: str) -> dict[str, RootEntry]:
    """Return the entries by absolute path, from the output of ``unsquashfs -lln``."""
    found = {}
    for line in squashfs_list.split("\n"):
        match = _LINE.fullmatch(line)
        if not match:
            continue
        mode, owner, group, size, time, path = match.groups()
        target = ""
        if mode[0] == "l":
            path, _, target = path.partition(" -> ")
        kind = KINDS.get(mode[0], SPECIAL)
        bytes_ = 0 if "," in size else int(size)
        ids = (int(owner), int(group))
        found[path or "/"] = RootEntry(kind, _bits(mode), ids, bytes_, target, time)
    return found


def hashes(text: str) -> dict[str, str]:
    """Return hashes (SRI) by absolute path, from ``sha256sum --zero`` of ``./PATH`` in the root."""
    rows = (row.split("  .", 1) for row in text.split("\0") if row)
    return {path: sri.of_hex(digest) for digest, path in rows}


def ids(text: str) -> dict[str, int]:
    """Return the numbers by name in passwd(5) or group(5)."""
    rows = map(_ACCOUNT.match, text.split("\n"))
    return {row[1]: int(row[2]) for row in rows if row}


def _bits(mode: str) -> int:
    """Return the permission bits of a mode such as ``-rwsr-xr-t``, as ls(1) prints it."""
    bits = 0
    for place, sign in enumerate(mode[1:]):
        bit = 1 << (8 - place)
        if sign in "rwxst":
            bits |= bit
        if sign in "sStT":
            bits |= (0o4000, 0o2000, 0o1000)[place // 3]
    return bits
