"""Add a partition that keeps changes to a disk with an ISO, by sfdisk(8) and mkfs.ext4(8)."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from pathlib import Path

from attrs import evolve, frozen

from voidgen.config.rules import BYTE_SIZE
from voidgen.errors import Fault, StepFailedError, WrongInputError, unreadable
from voidgen.image import of_iso
from voidgen.overlay.live import persistence_label
from voidgen.system import process, starting
from voidgen.text import human_size, parse_size

SFDISK, MKFS = "sfdisk", "mkfs.ext4"
REST = "rest"
MIB = 1 << 20
SMALLEST = 64 * MIB
LARGEST_SECTOR = 1 << 32
"""Sectors of 512 bytes that an MBR can name."""
TABLE = range(446, 510, 16)
"""Offsets of the MBR's four entries, of 16 bytes each."""
SIGNATURE = b"\x55\xaa"
PROTECTIVE = 0xEE
"""The type of an MBR's entry that protects a GPT (UEFI specification, 5.2.3)."""
GPT, SECTOR_SIZES = b"EFI PART", (512, 4096)
FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where these programs are, also if PATH does not have it."""


@frozen
class Partition:
    """A partition on a disk, in bytes, and the label of its file system.

    ``sfdisk`` and ``mkfs`` are the paths of the programs that make them.
    """

    start: int
    size: int
    label: str
    sfdisk: str = SFDISK
    mkfs: str = MKFS


def parse(text: str) -> int | None:
    """Return the bytes of a size like "4 GiB" or "4G"; None for the rest of the disk.

    Raises `MisfitError` for anything else.
    """
    if text == REST:
        return None
    given = f"{text}iB" if re.fullmatch(r"[0-9.]+ ?[KMGT]", text) else text
    BYTE_SIZE.check(given)
    return parse_size(given)


def plan(iso: Path, length: int, disk: int, size: int | None) -> Partition:
    """Return the partition to add behind ``iso``, of ``length`` bytes, on a disk of ``disk`` bytes.

    ``size`` is None for all of the rest. Raises WrongInputError if the boot menu of ``iso`` names
    no partition or its partition table has no room for one, StepFailedError if the disk has none
    or a program is missing.
    """
    label = _label(iso)
    _check_table(iso, label)
    found = place(length, disk, size, label)
    return evolve(found, sfdisk=find(SFDISK), mkfs=find(MKFS))


def _check_table(iso: Path, label: str) -> None:
    """Raise WrongInputError if no partition can be added to the MBR of ``iso``."""
    try:
        with iso.open("rb") as stream:
            first = stream.read(512)
    except OSError as error:
        raise WrongInputError(unreadable(error, iso)) from None
    entries = [first[offset : offset + 16] for offset in TABLE]
    if first[510:] != SIGNATURE:
        what = "has no partition table, so that it does not start from a stick"
    elif any(entry[4] == PROTECTIVE for entry in entries):
        what = "has a GPT, to which voidgen adds no partition"
    elif all(any(entry) for entry in entries):
        what = "has no free entry in its partition table"
    else:
        return
    remedy = f"leave out --persistence, and give a partition of another disk the label {label!r}"
    raise WrongInputError(Fault(what, iso, remedy=remedy))


def _label(iso: Path) -> str:
    snapshot = of_iso.snapshot(iso)
    modules = snapshot.plan.modules if snapshot.plan else ()
    label = persistence_label({one.name: one.options for one in modules})
    if not label:
        remedy = "set persistence in [live] of voidgen.toml, and build it again with `voidgen iso`"
        raise WrongInputError(
            Fault("has no boot menu entry that keeps changes", iso, remedy=remedy)
        )
    return label


def place(iso: int, disk: int, size: int | None, label: str) -> Partition:
    """Return the partition behind an ISO of ``iso`` bytes on a disk of ``disk`` bytes.

    ``size`` is None for all of the rest. Raises StepFailedError if there is no room.
    """
    start = -(-iso // MIB) * MIB
    room = min(disk - MIB, LARGEST_SECTOR * 512 - MIB) // MIB * MIB - start
    wanted = room if size is None else size // MIB * MIB
    if wanted < SMALLEST:
        what = f"a partition that keeps changes needs at least {human_size(SMALLEST)}"
        raise StepFailedError(what, "choose a larger size, or take a larger disk")
    if wanted > room:
        what = f"the disk has {human_size(max(room, 0))} behind the ISO, not {human_size(wanted)}"
        raise StepFailedError(what, "choose a smaller size, or take a larger disk")
    return Partition(start, wanted, label)


def find(name: str) -> str:
    """Return the path of a program, also from outside of PATH; StepFailedError if there is none."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{FOLDERS}")
    if not found:
        what = f"{name}, which --persistence needs, is not installed"
        raise StepFailedError(what, f"install the package {starting.PACKAGES[name]}")
    return found


def add(partition: Partition, device: Path, disk: int) -> None:
    """Add ``partition`` to ``device``, which is open as ``disk``, and make its file system.

    Only the next free entry of the MBR and the partition itself are written. Raises StepFailedError
    if a program fails, OSError if the disk does.
    """
    _share(device, disk)
    _erase_backup_gpt(disk)
    start, size = partition.start // MIB, partition.size // MIB
    process.run(
        [
            *(partition.sfdisk, "--quiet", "--append", "--no-reread", "--no-tell-kernel"),
            *("--wipe=never", "--wipe-partitions=never", str(device)),
        ],
        cwd=Path("/"),
        stdin=f"start={start}MiB, size={size}MiB, type=L\n".encode(),
    )
    process.run(
        [
            *(partition.mkfs, "-q", "-F", "-m", "1", "-L", partition.label),
            # Discarding would count from the start of the disk in some versions.
            *("-E", f"offset={partition.start},nodiscard", str(device), f"{size}M"),
        ],
        cwd=Path("/"),
    )


def without_added(now: bytes, iso: bytes) -> bytes:
    """Return the disk's first bytes ``now`` with the entries that are empty in the ISO emptied."""
    changed = bytearray(now)
    for offset in TABLE:
        if not any(iso[offset : offset + 16]):
            changed[offset : offset + 16] = bytes(16)
    return bytes(changed)


def _share(device: Path, disk: int) -> None:
    """Open ``device`` once more as ``disk``, so that others can open it exclusively, as mkfs does.

    The lock keeps udev from looking at the disk, and desktops from mounting it meanwhile
    (systemd.io/BLOCK_DEVICE_LOCKING).
    """
    shared = os.open(device, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(shared, fcntl.LOCK_EX)
        os.dup2(shared, disk, inheritable=False)
    finally:
        os.close(shared)


def _erase_backup_gpt(disk: int) -> None:
    """Erase the backup of an earlier partition table at the end of the disk."""
    end = os.lseek(disk, 0, os.SEEK_END)
    for sector in SECTOR_SIZES:
        if os.pread(disk, len(GPT), end - sector) == GPT:
            os.pwrite(disk, bytes(sector), end - sector)
