"""Check what an ISO needs to boot, and that its Void packages are configured.

mklive exits with 0 after several kinds of failure (docs/explanation/iso.md), so neither its exit
status nor the ISO's existence proves anything.
"""

from __future__ import annotations

import plistlib
import re
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError

from voidgen.iso import initramfs, kernels, loader
from voidgen.system import untrusted
from voidgen.system.decompression import NoProgramError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from voidgen.iso.kernels import Kernel
    from voidgen.system.decompression import Decompress

_ISO = re.compile(r"(\S{10}) +\d+ +\S+ +\S+ +(\d+) \w+ +\d+ +[\d:]+ '(.*)'")
"""A line of xorriso's ``lsdl``: mode, links, owner, group, size, date, path."""

_BOOT = {
    "x86": ("/boot/vmlinuz", "/boot/isolinux/isolinux.bin", "/boot/isolinux/isolinux.cfg"),
    "arm": ("/boot/vmlinux",),
}
_EVERYWHERE = ("/boot/initrd", "/boot/grub/efiboot.img", "/LiveOS/squashfs.img", "/voidgen.json")
_LOADERS = {
    "x86": ("EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/BOOTIA32.EFI"),
    "arm": ("EFI/BOOT/BOOTAA64.EFI",),
}


_INIT = ("/usr/bin/init", "/usr/sbin/init", "/sbin/init")
"""Where init(8) may be: on Void, /sbin and /usr/sbin are links to /usr/bin."""


def boot(arch: str, iso_list: str) -> Iterator[str]:
    """Yield missing or empty files without which the ISO does not boot."""
    found = sizes(iso_list)
    for path in (*_BOOT[_family(arch)], *_EVERYWHERE):
        if not found.get(path):
            yield f"{path} is {'empty' if path in found else 'missing'} in the ISO"


def sizes(iso_list: str) -> dict[str, int]:
    """Return the size in bytes of each file of the ISO, by path."""
    lines = (_ISO.fullmatch(line) for line in iso_list.split("\n"))
    return {match[3]: int(match[2]) for match in lines if match}


def init_program(paths: Collection[str]) -> Iterator[str]:
    """Yield a line if the root tree with these ``paths`` has no init(8)."""
    if not any(path in paths for path in _INIT):
        yield "the root tree lacks /sbin/init, which the boot menus start"


def loaders(arch: str, efi: Path, source_date: int) -> Iterator[str]:
    """Yield what is wrong with the EFI loaders in ``efi``, a folder with the EFI image's files."""
    for name in _LOADERS[_family(arch)]:
        file = efi / name
        if not file.is_file() or not file.stat().st_size:
            yield f"{name} is {'empty' if file.is_file() else 'missing'} in the EFI image"
        else:
            yield from loader.faults(name, loader.memdisk(file.read_bytes()), source_date)


def initrd(
    file: Path,
    paths: Iterable[str],
    hooks: Iterable[str],
    kernel: Kernel,
    decompress: Decompress,
) -> Iterator[str]:
    """Yield what is wrong with the initramfs in ``file``.

    ``paths`` are those of the root tree, ``hooks`` is from `initramfs.hooks`. The initramfs must
    be for ``kernel``.
    """
    try:
        with file.open("rb") as stream:
            entries = initramfs.entries(stream, decompress)
    except FileNotFoundError:
        return  # `boot` reports it.
    except (NoProgramError, ValueError) as error:
        yield f"/boot/initrd: {error}"
        return
    yield from initramfs.faults(entries, paths, hooks)
    yield from kernels.in_initramfs(kernel, initramfs.versions(entries))


def packages(pkgdb: bytes, base: str | None = None) -> Iterator[str]:
    """Yield packages that XBPS only unpacked: their scripts failed (xbps-reconfigure).

    mklive ignores that program's exit status. ``base`` is a package that must be installed.
    """
    try:
        states = _states(pkgdb)
    except (*untrusted.DAMAGED, ExpatError):
        yield "XBPS's database in the root tree is garbled"
        return
    for name, state in sorted(states.items()):
        if state != "installed":
            yield f"package {name} is {state}, but not configured"
    if base and base not in states:
        yield f"package {base}, which is [xbps] base, is not installed"


def _states(pkgdb: bytes) -> dict[str, str]:
    # Entries with an underscore are not packages.
    entries = plistlib.loads(pkgdb).items()
    found = {name: entry["state"] for name, entry in entries if not name.startswith("_")}
    if not all(isinstance(state, str) for state in found.values()):
        raise TypeError("a state is not text")
    return found


def _family(arch: str) -> str:
    return "arm" if arch.startswith("aarch64") else "x86"
