"""Find where two files, links or folders on the disk differ."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from voidgen.compare import content

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST = 1 << 26
"""Maximum bytes of a file in which the cause of a difference is searched."""

_KINDS = {
    stat.S_IFREG: "a file", stat.S_IFDIR: "a folder", stat.S_IFLNK: "a link",
    stat.S_IFCHR: "a device", stat.S_IFBLK: "a device", stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
}  # fmt: skip


def differences(old: Path, new: Path, *, times: bool = False) -> Iterator[str]:
    """Yield a line for each difference, with its path relative to ``old`` and ``new``.

    Compares times only with ``times``, because the Nix store keeps none. Raises OSError if
    something cannot be read.
    """
    yield from _differences(old, new, "", times)


def _differences(old: Path, new: Path, name: str, times: bool) -> Iterator[str]:
    was, is_ = old.lstat(), new.lstat()
    shown = name or "/"
    kinds = [stat.S_IFMT(one.st_mode) for one in (was, is_)]
    if kinds[0] != kinds[1]:
        yield f"{shown}: {_KINDS[kinds[0]]} and {_KINDS[kinds[1]]}"
        return
    modes = [f"{stat.S_IMODE(one.st_mode):04o}" for one in (was, is_)]
    if modes[0] != modes[1]:
        yield f"{shown}: mode {modes[0]} and {modes[1]}"
    owners = [f"{one.st_uid}:{one.st_gid}" for one in (was, is_)]
    if owners[0] != owners[1]:
        yield f"{shown}: owner {owners[0]} and {owners[1]}"
    if times and int(was.st_mtime) != int(is_.st_mtime):
        yield f"{shown}: time {int(was.st_mtime)} and {int(is_.st_mtime)}"
    if stat.S_ISLNK(was.st_mode):
        links = [os.readlink(one) for one in (old, new)]  # noqa: PTH115
        if links[0] != links[1]:
            yield f"{shown}: leads to {links[0]} and to {links[1]}"
    elif stat.S_ISREG(was.st_mode):
        yield from _files(old, new, shown)
    elif stat.S_ISDIR(was.st_mode):
        yield from _folders(old, new, name, times)


def _folders(old: Path, new: Path, name: str, times: bool) -> Iterator[str]:
    before, after = ({path.name for path in one.iterdir()} for one in (old, new))
    for entry in sorted(before | after):
        path = f"{name}/{entry}"
        if entry not in after:
            yield f"{path}: only in the first"
        elif entry not in before:
            yield f"{path}: only in the second"
        else:
            yield from _differences(old / entry, new / entry, path, times)


def _files(old: Path, new: Path, shown: str) -> Iterator[str]:
    place = 0
    with old.open("rb") as one, new.open("rb") as other:
        while True:
            left, right = one.read(1 << 20), other.read(1 << 20)
            if left != right:
                break
            if not left:
                return
            place += len(left)
    if max(old.stat().st_size, new.stat().st_size) <= LARGEST:
        yield f"{shown}: {content.describe(old.read_bytes(), new.read_bytes())}"
    else:
        yield f"{shown}: byte {place + content.offset(left, right):,}"
