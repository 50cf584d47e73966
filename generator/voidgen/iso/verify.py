"""What came out of the container, held against what went in. Pure but for reading the store.

mklive ends well after several kinds of failure (docs/explanation/iso.md), so that neither its
exit status nor the file proves anything.
"""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, Any

from attrs import frozen

from voidgen import sri

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path, PurePosixPath

_SQUASHFS = re.compile(r"(\S{10}) (\d+)/(\d+) +(\d+|\d+, *\d+) \S+ \S+ (.*)")
"""A line of ``unsquashfs -lln``: mode, owner, group, size or device, date, time, path."""

_ISO = re.compile(r"(\S{10}) +\d+ +\S+ +\S+ +(\d+) \w+ +\d+ +[\d:]+ '(.*)'")
"""A line of xorriso's ``lsdl``: mode, links, owner, group, size, date, path."""

_KINDS = {"d": "directory", "l": "symlink", "-": "file"}

_BOOT = {
    "x86": ("/boot/vmlinuz", "/boot/isolinux/isolinux.bin", "/boot/isolinux/isolinux.cfg"),
    "arm": ("/boot/vmlinux",),
}
_EVERYWHERE = ("/boot/initrd", "/boot/grub/efiboot.img", "/LiveOS/squashfs.img", "/voidgen.json")
_LOADERS = {
    "x86": ("EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/BOOTIA32.EFI"),
    "arm": ("EFI/BOOT/BOOTAA64.EFI",),
}

SUCCESS = re.compile(r"^Created \S+ \(.*\) successfully\.$", re.MULTILINE)
_SILENT = re.compile(r"^(?:cp|mount|losetup|mkfs\.\w+|mkfs): .*$", re.MULTILINE)
"""Errors that mklive prints and passes over."""


@frozen
class Entry:
    """A path of the root tree: its kind, permission bits, numeric owner, size, link target."""

    kind: str
    mode: int
    owner: tuple[int, int]
    size: int
    target: str = ""


def log(text: str) -> Iterator[str]:
    """What mklive's own output gives away."""
    if not SUCCESS.search(text):
        yield "mklive did not say that it created the image"
    for match in _SILENT.finditer(text):
        yield f"mklive passed over an error: {match[0]}"


def boot(arch: str, iso_list: str, efi_list: str) -> Iterator[str]:
    """Missing or empty files without which the ISO does not boot."""
    family = "arm" if arch.startswith("aarch64") else "x86"
    lines = (_ISO.fullmatch(line) for line in iso_list.split("\n"))
    sizes = {match[3]: int(match[2]) for match in lines if match}
    for path in (*_BOOT[family], *_EVERYWHERE):
        if not sizes.get(path):
            yield f"{path} is {'empty' if path in sizes else 'missing'} in the ISO"
    rows = (line.partition(" ") for line in efi_list.split("\n"))
    found = {path: size for size, _, path in rows}
    for path in _LOADERS[family]:
        if found.get(path, "0") == "0":
            yield f"{path} is {'empty' if path in found else 'missing'} in the EFI image"


def tree(squashfs_list: str) -> dict[str, Entry]:
    """The root tree by absolute path, from ``unsquashfs -lln``."""
    found = {}
    for line in squashfs_list.split("\n"):
        match = _SQUASHFS.fullmatch(line)
        if not match:
            continue
        mode, owner, group, size, path = match.groups()
        target = ""
        if mode[0] == "l":
            path, _, target = path.partition(" -> ")
        kind = _KINDS.get(mode[0], "special")
        bytes_ = 0 if "," in size else int(size)
        found[path or "/"] = Entry(kind, _bits(mode), (int(owner), int(group)), bytes_, target)
    return found


def overlay(
    entries: Iterable[Mapping[str, Any]],
    include: Path,
    found: Mapping[str, Entry],
    ids: tuple[Mapping[str, int], Mapping[str, int]],
    sums: Mapping[str, str],
) -> Iterator[str]:
    """What of the overlay is not in the root tree as the manifest has it.

    ``include`` is the overlay as Nix built it, ``ids`` the users and groups of the image,
    ``sums`` the hashes of its files.
    """
    for entry in entries:
        path, kind = entry["path"], entry["type"]
        expected = kind if kind in {"directory", "symlink"} else "file"
        there = found.get(path)
        built = include / path[1:]
        if there is None:
            yield f"{path} is missing"
        elif there.kind != expected:
            yield f"{path} is a {there.kind}, and should be a {expected}"
        elif kind == "symlink":
            if there.target != str(built.readlink()):
                yield f"{path} leads to {there.target}, and should to {built.readlink()}"
        elif entry.get("mode") is not None:
            owner = tuple(
                int(name) if name.isdigit() else known.get(name, -1)
                for name, known in zip((entry["owner"], entry["group"]), ids, strict=True)
            )
            if (there.mode, there.owner) != (int(entry["mode"], 8), owner):
                what = f"{there.mode:04o} {there.owner[0]}:{there.owner[1]}"
                yield f"{path} is {what}, and should be {entry['mode']} {owner[0]}:{owner[1]}"
            elif expected == "file" and sums.get(path) != sri.hex_of(sri.of_file(built)):
                yield f"{path} has other bytes than the overlay's"


def closure(store_paths: Iterable[PurePosixPath], found: Mapping[str, Entry]) -> Iterator[str]:
    """What of the closure is not in the root tree as the machine's store has it, and root's."""
    for top in store_paths:
        for path, status, target in _walk(str(top)):
            there = found.get(path)
            kind = _KINDS.get(stat.filemode(status.st_mode)[0], "special")
            if there is None:
                yield f"{path} is missing"
                if path == str(top):
                    break
                continue
            size = status.st_size if kind == "file" else there.size
            mode = there.mode if kind == "symlink" else stat.S_IMODE(status.st_mode)
            expected = Entry(kind, mode, (0, 0), size, target)
            if there != expected:
                yield f"{path} is {there}, and should be {expected}"


def sums(text: str) -> dict[str, str]:
    """Hashes by absolute path, from ``sha256sum --zero`` on what is below ``.``."""
    rows = (row.split("  .", 1) for row in text.split("\0") if row)
    return {path: digest for digest, path in rows}


def names(text: str) -> dict[str, int]:
    """Names and numbers of passwd(5) or group(5)."""
    rows = (line.split(":") for line in text.splitlines())
    return {row[0]: int(row[2]) for row in rows if len(row) > 2 and row[2].isdigit()}  # noqa: PLR2004


def _walk(top: str) -> Iterator[tuple[str, os.stat_result, str]]:
    status = os.lstat(top)
    yield top, status, os.readlink(top) if stat.S_ISLNK(status.st_mode) else ""  # noqa: PTH115
    if not stat.S_ISDIR(status.st_mode):
        return
    waiting = [top]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                target = os.readlink(entry.path) if entry.is_symlink() else ""  # noqa: PTH115
                yield entry.path, entry.stat(follow_symlinks=False), target
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


def _bits(mode: str) -> int:
    """Permission bits of ``rwsr-xr-t``, as ls(1) writes them after the kind."""
    bits = 0
    for place, sign in enumerate(mode[1:]):
        bit = 1 << (8 - place)
        if sign in "rwxst":
            bits |= bit
        if sign in "sStT":
            bits |= (0o4000, 0o2000, 0o1000)[place // 3]
    return bits
