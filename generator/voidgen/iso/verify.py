"""Compare the container's results with the plan. Pure except for reading the store.

mklive exits with 0 after several kinds of failure (docs/explanation/iso.md), so neither its exit
status nor the ISO's existence proves anything.
"""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

import attrs
from attrs import frozen

from voidgen.iso import initramfs, loader
from voidgen.schema import typed_json
from voidgen.system import sri
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path, PurePosixPath

    from voidgen.plan.documents import Entry as Listed

_SQUASHFS = re.compile(r"(\S{10}) (\d+)/(\d+) +(\d+|\d+, *\d+) (\S+ \S+) (.*)")
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


@frozen
class Entry:
    """A path of the root tree: its kind, permission bits, numeric owner, size, link target.

    ``time`` is as unsquashfs prints it: without seconds before 4.6.
    """

    kind: str
    mode: int
    owner: tuple[int, int]
    size: int
    target: str = ""
    time: str = ""


def boot(arch: str, iso_list: str) -> Iterator[str]:
    """Yield missing or empty files without which the ISO does not boot."""
    lines = (_ISO.fullmatch(line) for line in iso_list.split("\n"))
    sizes = {match[3]: int(match[2]) for match in lines if match}
    for path in (*_BOOT[_family(arch)], *_EVERYWHERE):
        if not sizes.get(path):
            yield f"{path} is {'empty' if path in sizes else 'missing'} in the ISO"


def loaders(arch: str, efi: Path, source_date: int) -> Iterator[str]:
    """Yield what is wrong with the EFI loaders in ``efi``, a folder with the EFI image's files."""
    for name in _LOADERS[_family(arch)]:
        file = efi / name
        if not file.is_file() or not file.stat().st_size:
            yield f"{name} is {'empty' if file.is_file() else 'missing'} in the EFI image"
        else:
            yield from loader.faults(name, loader.memdisk(file.read_bytes()), source_date)


def initrd(file: Path, found: Mapping[str, Entry], hooks: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with the initramfs in ``file``; ``hooks`` are from `initramfs.hooks`."""
    try:
        with file.open("rb") as stream:
            entries = initramfs.entries(stream)
    except FileNotFoundError:
        return  # `boot` reports it.
    except ValueError as error:
        yield f"/boot/initrd: {error}"
        return
    yield from initramfs.faults(entries, found, hooks)


@frozen
class _Installed:
    """A package in XBPS's database."""

    state: str


def packages(pkgdb: bytes) -> Iterator[str]:
    """Yield packages that XBPS only unpacked: their scripts failed (xbps-reconfigure).

    mklive ignores that program's exit status.
    """
    try:
        entries = typed_json.read_plist(pkgdb, dict[str, object])
        # Entries with an underscore are not packages.
        names = [name for name in sorted(entries) if not name.startswith("_")]
        found = {name: typed_json.structure(entries[name], _Installed) for name in names}
    except GarbledError:
        yield "XBPS's database in the root tree is garbled"
        return
    for name, one in found.items():
        if one.state != "installed":
            yield f"package {name} is {one.state}, but not configured"


def _family(arch: str) -> str:
    return "arm" if arch.startswith("aarch64") else "x86"


def tree(squashfs_list: str) -> dict[str, Entry]:
    """Return the root tree by absolute path, from the output of ``unsquashfs -lln``."""
    found = {}
    for line in squashfs_list.split("\n"):
        match = _SQUASHFS.fullmatch(line)
        if not match:
            continue
        mode, owner, group, size, time, path = match.groups()
        target = ""
        if mode[0] == "l":
            path, _, target = path.partition(" -> ")
        kind = _KINDS.get(mode[0], "special")
        bytes_ = 0 if "," in size else int(size)
        ids = (int(owner), int(group))
        found[path or "/"] = Entry(kind, _bits(mode), ids, bytes_, target, time)
    return found


def overlay(
    entries: Iterable[Listed],
    include: Path,
    found: Mapping[str, Entry],
    ids: tuple[Mapping[str, int], Mapping[str, int]],
    sums: Mapping[str, str],
) -> Iterator[str]:
    """Yield how the root tree differs from the overlay's entries in the manifest.

    ``include`` is the overlay as Nix built it, ``ids`` the users and groups of the image,
    ``sums`` the hashes of its files.
    """
    for entry in entries:
        path, expected = entry.path, entry.type
        there = found.get(path)
        built = include / path[1:]
        if there is None:
            yield f"{path} is missing"
        elif there.kind != expected:
            yield f"{path} is a {there.kind}, but should be a {expected}"
        elif expected == "symlink":
            # Not Path's, which would write `./a` as `a`.
            target = os.readlink(built)  # noqa: PTH115
            if there.target != target:
                yield f"{path} leads to {there.target}, but should lead to {target}"
        elif entry.mode is not None:
            owner = tuple(
                int(name) if name.isdigit() else known.get(name, -1)
                for name, known in zip((entry.owner or "", entry.group or ""), ids, strict=True)
            )
            if (there.mode, there.owner) != (int(entry.mode, 8), owner):
                what = f"{there.mode:04o} {there.owner[0]}:{there.owner[1]}"
                yield f"{path} is {what}, but should be {entry.mode} {owner[0]}:{owner[1]}"
            elif expected == "file" and sums.get(path) != sri.hex_of(sri.of_file(built)):
                yield f"{path} differs from the overlay's file"


STORE_TIMES = ("1970-01-01 00:00", "1970-01-01 00:00:01")
"""Second 1, with and without the seconds."""


def closure(store_paths: Iterable[PurePosixPath], found: Mapping[str, Entry]) -> Iterator[str]:
    """Yield how the root tree's store paths differ from Nix's.

    Compares kind, size and target with the machine's store. Owners, modes and times must be
    Nix's (Nix manual, "Store object"), whatever this machine's store has.
    """
    for top in store_paths:
        for path, status, target in _walk(str(top)):
            there = found.get(path)
            if there is None:
                yield f"{path} is missing"
                if path == str(top):
                    break
                continue
            expected = _of_store(status, target)
            size = there.size if expected.kind == "file" else 0
            if attrs.evolve(there, time="", size=size) != expected:
                yield f"{path} is {there}, but should be {expected}"
            elif there.time not in STORE_TIMES:
                yield f"{path} has the time {there.time}, but should have {STORE_TIMES[1]}"


def _of_store(status: os.stat_result, target: str) -> Entry:
    """Return the image's entry for a file of the store; folders and links have size 0."""
    kind = _KINDS.get(stat.filemode(status.st_mode)[0], "special")
    if kind == "file":
        mode = 0o555 if status.st_mode & 0o111 else 0o444
        return Entry(kind, mode, (0, 0), status.st_size)
    return Entry(kind, 0o777 if kind == "symlink" else 0o555, (0, 0), 0, target)


def sums(text: str) -> dict[str, str]:
    """Return hashes by absolute path, from the output of ``sha256sum --zero`` in the root."""
    rows = (row.split("  .", 1) for row in text.split("\0") if row)
    return {path: digest for digest, path in rows}


def names(text: str) -> dict[str, int]:
    """Return the numbers by name in passwd(5) or group(5)."""
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
    """Return the permission bits of a mode such as ``-rwsr-xr-t``, as ls(1) prints it."""
    bits = 0
    for place, sign in enumerate(mode[1:]):
        bit = 1 << (8 - place)
        if sign in "rwxst":
            bits |= bit
        if sign in "sStT":
            bits |= (0o4000, 0o2000, 0o1000)[place // 3]
    return bits
