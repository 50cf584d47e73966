"""What an ISO tells of itself: the image's plan and closure, its kernel and boot menu."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.boot.types import Kernel
from voidgen.errors import Fault, WrongInputError
from voidgen.image import of_iso

if TYPE_CHECKING:
    from voidgen.image.snapshot import Snapshot
    from voidgen.plan.documents import PlanDocument

PASSWORD = "voidlinux"  # noqa: S105 - public: of every live system that mklive makes
"""Of root and of the live user (void-mklive, dracut/vmklive/adduser.sh)."""
KERNEL, INITRD, MENU = "/boot/vmlinuz", "/boot/initrd", "/boot/isolinux/isolinux.cfg"
"""Where mklive puts them."""
CONSOLE = "console=ttyS0,115200"


@frozen
class BootableIso:
    """An ISO and the snapshot in it."""

    iso: Path
    snapshot: Snapshot
    plan: PlanDocument

    @property
    def name(self) -> str:
        """The image's."""
        return self.plan.image.name

    @property
    def user(self) -> str:
        """The live user."""
        return self.plan.image.user

    @property
    def is_64_bit(self) -> bool:
        """Whether its processor is."""
        return self.plan.image.arch != "i686"

    @property
    def has_serial_login(self) -> bool:
        """Whether there is a login on the first serial port: the last console decides.

        void-mklive, dracut/vmklive/getty-serial.sh.
        """
        consoles = [one for one in self.plan.image.cmdline if one.startswith("console=")]
        return bool(consoles) and "ttyS0" in consoles[-1]


def newest(folder: Path, name: str) -> Path:
    """The ISO of the project in ``folder``: out/NAME.iso, which `voidgen iso` makes.

    If that is missing, the newest out/NAME*.iso. WrongInputError if there is none.
    """
    made = folder / "out" / f"{name}.iso"
    if made.is_file():
        return made
    found = [file for file in made.parent.glob(f"{name}*.iso") if file.is_file()]
    if not found:
        fault = Fault(f"no {name}*.iso is in out/", folder, remedy="make one with `voidgen iso`")
        raise WrongInputError(fault)
    return max(found, key=lambda file: (file.stat().st_mtime, file.name))


def read(iso: Path) -> BootableIso:
    """The ISO and what is in it; WrongInputError where that is no image of voidgen's for a PC."""
    snapshot = of_iso.snapshot(iso)
    plan = snapshot.plan
    if plan is None:
        raise WrongInputError(of_iso.fault(iso))
    arch = plan.image.arch
    if arch not in {"x86_64", "x86_64-musl", "i686"}:
        remedy = "write it to what its board boots from"
        fault = Fault(f"is for {arch}; only images for PCs are booted", iso, remedy=remedy)
        raise WrongInputError(fault)
    return BootableIso(iso, snapshot, plan)


def kernel(iso: Path) -> bytes | None:
    """The kernel's bytes; None where there is none in its place."""
    return of_iso.extract(iso, KERNEL)


def direct(iso: Path, folder: Path) -> Kernel:
    """Kernel and initramfs, copied into ``folder``, with the first entry's command line.

    A serial console is added to that. WrongInputError where they are not in their places.
    """
    files = {name: of_iso.extract(iso, name) for name in (KERNEL, INITRD, MENU)}
    line = re.search(rb"^APPEND (initrd=.*)$", files[MENU] or b"", re.MULTILINE)
    if not line or not files[KERNEL] or not files[INITRD]:
        what = "has no serial console, and no kernel and boot menu of mklive to add one"
        remedy = f'write cmdline = ["{CONSOLE}"] in [image] of voidgen.toml, and make it again'
        raise WrongInputError(Fault(what, iso, remedy=remedy))
    places = {name: folder / Path(name).name for name in (KERNEL, INITRD)}
    for name, place in places.items():
        place.write_bytes(files[name] or b"")
    words = line[1].decode(errors="replace").split()
    cmdline = " ".join([*(one for one in words if not one.startswith("initrd=")), CONSOLE])
    return Kernel(places[KERNEL], places[INITRD], cmdline)
