"""Read the memdisk of GRUB's EFI loaders, and find what is wrong with it."""

from __future__ import annotations

import io
import struct
import tarfile
from typing import TYPE_CHECKING

from voidgen.system import untrusted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STABLE = 1_420_070_400
"""Time of all files in the memdisk from GRUB 2.12 on, in seconds since 1970: 2015-01-01
(STABLE_EMBEDDING_TIMESTAMP in util/grub-mkstandalone.c)."""
CONFIG = "boot/grub/grub.cfg"

_PROGRAM, _SIGNATURE, _SECTION = b"MZ", b"PE\0\0", b"mods\0\0\0\0"
_START = 0x3C
"""Where a program says where its PE header begins (Microsoft, "PE Format")."""
_COFF = struct.Struct("<4s2xH12xH2x")
"""Signature and COFF header: number of sections, size of the optional header after it."""
_LISTED = struct.Struct("<8s8xII16x")
"""A section's header: name, size and place of its data in the file."""

_MAGIC = 0x676D696D
_INFO = {0x10B: struct.Struct("<III"), 0x20B: struct.Struct("<IxxxxQQ")}
"""struct grub_module_info32 and 64: magic, offset and size, by the optional header's magic."""
_HEADER = struct.Struct("<II")
"""struct grub_module_header: type and size, its own included (include/grub/kernel.h)."""
_MEMDISK = 1


def memdisk(data: bytes) -> dict[str, int] | None:
    """Return the times of the files in a loader's memdisk, in seconds since 1970, by path.

    ``data`` is a PE program as grub-mkstandalone makes it. None if it is not, or has no memdisk.
    """
    try:
        section, info = next(_sections(data))
        archive = next(_modules(section, info))
    except (KeyError, StopIteration, struct.error):
        return None
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
            return {member.name: int(member.mtime) for member in tar if member.isfile()}
    except (*untrusted.DAMAGED, tarfile.TarError):
        return None


def faults(name: str, found: Mapping[str, int] | None, source_date: int) -> Iterator[str]:
    """Yield what is wrong with the loader ``name``, whose memdisk is ``found``.

    ``source_date`` is the only time that an ISO's files may have, besides GRUB's own.
    """
    if found is None:
        yield f"{name} is not a GRUB loader that contains its modules"
        return
    if CONFIG not in found:
        yield f"{name} does not contain {CONFIG}"
    if not any(path.endswith(".mod") for path in found):
        yield f"{name} does not contain GRUB's modules"
    if {*found.values()} - {STABLE, source_date}:
        yield f"{name} contains the time of this run: use GRUB 2.12 or later"


def _sections(data: bytes) -> Iterator[tuple[bytes, struct.Struct]]:
    """Yield the contents of the sections of a PE program with GRUB's modules.

    The struct is how they begin. Raises KeyError or struct.error if ``data`` is not a PE program.
    """
    (start,) = struct.unpack_from("<I", data, _START)
    signature, count, size = _COFF.unpack_from(data, start)
    if not data.startswith(_PROGRAM) or signature != _SIGNATURE:
        return
    header = start + _COFF.size
    (magic,) = struct.unpack_from("<H", data, header)
    for number in range(count):
        name, length, place = _LISTED.unpack_from(data, header + size + number * _LISTED.size)
        if name == _SECTION:
            yield data[place : place + length], _INFO[magic]


def _modules(data: bytes, info: struct.Struct) -> Iterator[bytes]:
    """Yield the contents of the embedded modules that are memdisks."""
    magic, place, size = info.unpack_from(data)
    end = min(size, len(data))
    while magic == _MAGIC and place < end:
        kind, length = _HEADER.unpack_from(data, place)
        if length < _HEADER.size:
            return
        if kind == _MEMDISK:
            yield data[place + _HEADER.size : place + length]
        place += length
