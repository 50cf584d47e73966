"""EFI programs as grub-mkimage lays them out: as much of them as a reader looks at."""

import io
import struct
import tarfile
from collections.abc import Mapping

ALIGNED = 0x200


def memdisk(files: Mapping[str, int]) -> bytes:
    """A tar archive of empty files, with their times."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, date in files.items():
            info = tarfile.TarInfo(name)
            info.mtime = date
            tar.addfile(info)
    return stream.getvalue()


def modules(archive: bytes, *, bits: int = 64) -> bytes:
    """The section `mods`: a prefix (type 3), the memdisk (type 1) and a module (type 0)."""
    parts = ((3, b"(memdisk)/boot/grub\0"), (1, archive), (0, b"module"))
    body = b"".join(struct.pack("<II", kind, 8 + len(data)) + data for kind, data in parts)
    info = struct.Struct("<IxxxxQQ" if bits == 64 else "<III")
    return info.pack(0x676D696D, info.size, info.size + len(body)) + body


def program(mods: bytes, *, bits: int = 64, section: bytes = b"mods") -> bytes:
    """A PE program with one section (Microsoft, "PE Format")."""
    wide = bits == 64
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    size = 240 if wide else 224
    machine = 0x8664 if wide else 0x14C
    header = struct.pack("<4sHHIIIHH", b"PE\0\0", machine, 1, 0, 0, 0, size, 0x20E)
    optional = struct.pack("<HBBIIIII", 0x20B if wide else 0x10B, 0, 0, 0, len(mods), 0, 0, 0)
    optional += struct.pack("<Q" if wide else "<II", *((0,) if wide else (0, 0)))
    optional += struct.pack("<II", 0x1000, ALIGNED)
    optional = optional.ljust(size - 16 * 8 - 4, b"\0") + struct.pack("<I", 16) + bytes(16 * 8)
    place = 64 + len(header) + size + 40
    start = place + -place % ALIGNED
    padded = len(mods) + -len(mods) % ALIGNED
    table = struct.pack(
        "<8sIIIIIIHHI", section, len(mods), 0x1000, padded, start, 0, 0, 0, 0, 0x40000040
    )
    return (dos + header + optional + table).ljust(start, b"\0") + mods.ljust(padded, b"\0")
