"""Disks as lsblk(8) reports them, and whether an ISO may be written to one."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.schema import typed_json
from voidgen.system import process
from voidgen.system.untrusted import GarbledError
from voidgen.text import human_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIELDS = "NAME,TYPE,SIZE,RO,RM,HOTPLUG,TRAN,MODEL,FSTYPE,LABEL,MOUNTPOINTS"
LSBLK = ("lsblk", "--json", "--bytes", "--paths", "--tree", "--output", FIELDS)
UNKNOWN = "unknown column"
"""How lsblk before 2.37 refuses MOUNTPOINTS."""
UPDATE = "install util-linux 2.37 or later"
WHOLE = ("disk", "loop")
RUNNING = ("/", "/boot", "/boot/efi", "/usr", "/run/initramfs/live")
"""Mount points of the running system."""
SWAP = "[SWAP]"
"""What lsblk says in the place of a mount point."""
CLOSE: Mapping[str, str] = MappingProxyType(
    {"crypt": "cryptsetup close", "lvm": "lvchange -an", "raid": "mdadm --stop"}
)
"""Commands that close what uses a disk, by lsblk's type without the RAID's level."""
LOOP = "/sys/class/block/{}/loop/backing_file"


@frozen
class Device:
    """A block device as lsblk reports it; ``size`` is in bytes.

    ``children`` are its partitions and whatever else uses it: LUKS, LVM, RAID.
    """

    name: str
    type: str
    size: int | None
    ro: bool
    rm: bool
    hotplug: bool
    tran: str | None = None
    model: str | None = None
    fstype: str | None = None
    label: str | None = None
    mountpoints: tuple[str | None, ...] = ()
    children: tuple[Device, ...] = ()

    @property
    def is_removable(self) -> bool:
        """Return whether the disk or its medium can be taken out."""
        return self.rm or self.hotplug or self.tran == "usb"

    def tree(self) -> Iterator[Device]:
        """Yield the device and everything on it."""
        yield self
        for child in self.children:
            yield from child.tree()


@frozen
class _Answer:
    blockdevices: tuple[Device, ...]


def read(folder: Path) -> tuple[Device, ...]:
    """Return the machine's block devices; StepFailedError if lsblk is missing, old or fails."""
    try:
        return parse(process.ask(LSBLK, cwd=folder).stdout)
    except StepFailedError as error:
        if UNKNOWN in error.output:
            raise StepFailedError("lsblk: is too old to name all mount points", UPDATE) from None
        raise


def parse(answer: bytes) -> tuple[Device, ...]:
    """Return the devices in lsblk's JSON; StepFailedError if it is of another form."""
    try:
        return typed_json.read(answer, _Answer).blockdevices
    except GarbledError as error:
        what = f"lsblk: unexpected answer: {error}"
        raise StepFailedError(what, UPDATE) from None


def candidates(devices: tuple[Device, ...]) -> tuple[Device, ...]:
    """Return the removable disks that have a medium."""
    return tuple(one for one in devices if one.type == "disk" and one.is_removable and one.size)


def refusal(devices: tuple[Device, ...], name: str, size: int, forced: str | None) -> str:
    """Return why an ISO of ``size`` bytes may not be written to ``name``; "" if it may be.

    ``forced`` is the device that the user named a second time.
    """
    disk = next((one for one in devices if one.name == name and one.type in WHOLE), None)
    return _unfit(disk, size, forced) if disk else _no_disk(devices, name)


def _no_disk(devices: tuple[Device, ...], name: str) -> str:
    pairs = ((top, one) for top in devices for one in top.tree() if one is not top)
    parent = next((top.name for top, one in pairs if one.name == name), "")
    if parent:
        return f"is a part of {parent}: name the whole disk"
    return "is not a disk: run `voidgen write` for a list"


def _unfit(disk: Device, size: int, forced: str | None) -> str:
    if not disk.size:
        return "has no medium: insert one"
    if disk.ro:
        return "is read-only: move the card's write-protection switch, or take another disk"
    if used := _use(disk):
        return used
    if disk.size < size:
        has, needs = human_size(disk.size), human_size(size)
        return f"is too small ({has}; the ISO needs {needs}): take another disk"
    if not disk.is_removable and forced != disk.name:
        return f"is not removable: to erase it all the same, add --force-device {disk.name}"
    return ""


def _use(disk: Device) -> str:
    mounted = [(one.name, place) for one in disk.tree() for place in one.mountpoints if place]
    if any(place in RUNNING for _, place in mounted):
        return "holds the running system: take another disk"
    for name, place in mounted:
        if place == SWAP:
            return f"is in use: {name} is swap: run `sudo swapoff {name}`"
    if mounted:
        name, place = mounted[0]
        names = shlex.join(dict.fromkeys(name for name, _ in mounted))
        return f"is in use: {name} is mounted at {place}: run `sudo umount {names}`"
    holder = next((one for one in disk.tree() if one is not disk and one.type != "part"), None)
    return f"is in use by {holder.name} ({holder.type}): {_closing(holder)}" if holder else ""


def _closing(holder: Device) -> str:
    """Return how to close ``holder``, which is not mounted."""
    kind = "raid" if holder.type.startswith("raid") else holder.type
    command = CLOSE.get(kind)
    return f"run `sudo {command} {shlex.quote(holder.name)}`" if command else "close that first"


def is_made_of(device: str, file: Path) -> bool:
    """Return whether ``device`` is a loop device of ``file``: to write to it would change that."""
    try:
        backing = Path(LOOP.format(Path(device).name)).read_bytes().removesuffix(b"\n")
        return Path(os.fsdecode(backing)).samefile(file)
    except OSError:
        return False


def contents(disk: Device) -> tuple[str, ...]:
    """Return a line for the disk and each partition, with its size, file system and label."""
    return tuple(
        "  ".join(
            part
            for part in (one.name, human_size(one.size or 0), one.model, one.fstype, one.label)
            if part
        )
        for one in disk.tree()
    )
