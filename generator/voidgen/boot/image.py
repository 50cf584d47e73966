"""Read what an ISO contains: the image's plan and closure, its kernel and boot menu."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen import config, project
from voidgen.boot.types import Kernel
from voidgen.config.variants import NAME
from voidgen.errors import Fault, WrongInputError, did_you_mean_or_known
from voidgen.image import netboot_files, of_iso
from voidgen.lock import state
from voidgen.system import iso_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voidgen.config.image import ImageConfig
    from voidgen.image.snapshot import Snapshot
    from voidgen.plan.documents import PlanDocument

KERNEL, INITRD, MENU = "/boot/vmlinuz", "/boot/initrd", "/boot/isolinux/isolinux.cfg"
"""Where mklive puts them."""
CONSOLE = "console=ttyS0,115200"
_ADD_CONSOLE = f'write cmdline = ["{CONSOLE}"] in [image] of voidgen.toml, and build the ISO again'


@frozen
class BootableIso:
    """An ISO and the snapshot in it."""

    iso: Path
    snapshot: Snapshot
    plan: PlanDocument

    @property
    def name(self) -> str:
        """Return the image's name."""
        return self.plan.image.name

    @property
    def user(self) -> str:
        """Return the live user's name."""
        return self.plan.image.user

    @property
    def is_64_bit(self) -> bool:
        """Return whether it is for a processor with 64 bits."""
        return self.plan.image.arch != "i686"

    @property
    def has_serial_login(self) -> bool:
        """Return whether there is a login on the first serial port: the last console decides.

        See void-mklive, dracut/vmklive/getty-serial.sh.
        """
        consoles = [one for one in self.plan.image.cmdline if one.startswith("console=")]
        return bool(consoles) and "ttyS0" in consoles[-1]


def of_project(folder: Path, variant: str = "") -> Path:
    """Return the newest ISO of an image of the project in ``folder``, as `newest` finds it.

    Raises WrongInputError if there is none; it says so if the project makes none, or has no such
    ``variant``.
    """
    own, variants = config.load_all(folder)
    images = {"": own, **{one.name: one.settings for one in variants}}
    others = [one.image for name, one in images.items() if name != variant]
    try:
        return newest(folder, images[variant].image, others, config.command("iso", variant))
    except WrongInputError:
        if images[variant].mklive is None:
            raise WrongInputError(state.no_iso(images[variant])) from None
        raise


def named(given: str, start: Path) -> str:
    """Return the variant that ``given`` names in the project around ``start``; "" if it is a file.

    A file of that name comes first. Raises WrongInputError if ``given`` looks like a variant's
    name, and neither exists.
    """
    if Path(given).exists() or not re.fullmatch(NAME.pattern, given):
        return ""
    try:
        known = [one.name for one in config.load_all(project.find(start))[1]]
    except WrongInputError:
        known = []
    if not known:
        return ""
    if given in known:
        return given
    what = f"no file and no variant of the project is called {given!r}"
    raise WrongInputError(Fault(what, remedy=did_you_mean_or_known(given, known, "variants")))


def newest(
    folder: Path,
    image: ImageConfig,
    others: Iterable[ImageConfig] = (),
    command: str = config.command("iso", ""),
) -> Path:
    """Return the ISO of ``image`` of the project in ``folder``: out/NAME.iso.

    If that is missing, or if NAME has a date, return the newest out/NAME*.iso, of any date, but
    not one of an image among ``others``, whose names may be longer. Raises WrongInputError if there
    is none: ``command`` makes it.
    """
    name = image.iso_stem(iso_name.ANY_DATE)
    stems = [one.iso_stem(iso_name.ANY_DATE) for one in others]
    longer = [f"{one}*.iso" for one in stems if len(one) > len(name)]
    made = folder / "out" / f"{name}.iso"
    if made.is_file():
        return made
    found = [file for file in made.parent.glob(f"{name}*.iso") if file.is_file()]
    found = [file for file in found if not any(map(file.match, longer))]
    if not found:
        fault = Fault(f"no {name}*.iso is in out/", folder, remedy=f"make one with {command}")
        raise WrongInputError(fault)
    return max(found, key=lambda file: (file.stat().st_mtime, file.name))


def read(iso: Path) -> BootableIso:
    """Return the ISO and what is in it; WrongInputError if it isn't a voidgen image for a PC."""
    snapshot = of_iso.snapshot(iso)
    plan = snapshot.plan
    if plan is None:
        raise WrongInputError(of_iso.fault(iso))
    arch = plan.image.arch
    if arch not in {"x86_64", "x86_64-musl", "i686"}:
        remedy = "write it to the medium that its board boots from"
        fault = Fault(f"is for {arch}; voidgen boots only images for PCs", iso, remedy=remedy)
        raise WrongInputError(fault)
    return BootableIso(iso, snapshot, plan)


def refuse_no_netboot(image: BootableIso, *, test: bool) -> None:
    """Raise WrongInputError if NAME-netboot is missing, or a ``test`` would find no console."""
    folder = netboot_files.folder(image.iso)
    if not folder.is_dir():
        remedy = "make it with `voidgen iso --netboot`"
        raise WrongInputError(Fault("no such folder", folder, remedy=remedy))
    if test and not image.has_serial_login:
        what = "has no serial console, which a test over the network needs"
        raise WrongInputError(Fault(what, image.iso, remedy=_ADD_CONSOLE))


def kernel(iso: Path) -> bytes | None:
    """Return the kernel's bytes; None if it is missing."""
    return of_iso.extract(iso, KERNEL)


def direct(iso: Path, folder: Path) -> Kernel:
    """Return kernel and initramfs, copied into ``folder``, with the first entry's command line.

    Adds a serial console to the command line. Raises WrongInputError if a file is missing.
    """
    files = {name: of_iso.extract(iso, name) for name in (KERNEL, INITRD, MENU)}
    line = re.search(rb"^APPEND (initrd=.*)$", files[MENU] or b"", re.MULTILINE)
    if not line or not files[KERNEL] or not files[INITRD]:
        what = "has no serial console, and no kernel and boot menu to which voidgen can add one"
        raise WrongInputError(Fault(what, iso, remedy=_ADD_CONSOLE))
    places = {name: folder / Path(name).name for name in (KERNEL, INITRD)}
    for name, place in places.items():
        place.write_bytes(files[name] or b"")
    words = line[1].decode(errors="replace").split()
    cmdline = " ".join([*(one for one in words if not one.startswith("initrd=")), CONSOLE])
    return Kernel(places[KERNEL], places[INITRD], cmdline)
