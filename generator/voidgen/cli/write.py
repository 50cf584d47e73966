"""``voidgen write``."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from voidgen.cli.arguments import Argument
from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from voidgen.write.disks import Device
    from voidgen.write.persistence import Partition


class Size(NamedTuple):
    """A size as the user wrote it, and in bytes; None for the rest of the disk."""

    given: str
    bytes: int | None


class Written(NamedTuple):
    """The ISO, the disk that has it now, the ISO's bytes and its SHA-256."""

    iso: Path
    device: str
    size: int
    sha256: str


def _size(_: click.Context, __: click.Parameter, given: str | None) -> Size | None:
    """Return the size of the partition to add; None for no partition."""
    from voidgen.schema.rule import MisfitError  # noqa: PLC0415
    from voidgen.write import persistence  # noqa: PLC0415

    try:
        return None if given is None else Size(given, persistence.parse(given))
    except MisfitError as error:
        raise click.BadParameter(f"{error.what}, or rest") from None


@click.command("write", cls=Command)
@click.argument(
    "names",
    cls=Argument,
    about="The ISO or a variant (default: the project's), and the disk, such as /dev/sdb.",
    metavar="[ISO] [DEVICE]",
    nargs=-1,
)
@click.option(
    "--persistence",
    "size",
    metavar="SIZE",
    callback=_size,
    help="Add a partition of this size, such as 4GiB or rest, that keeps changes.",
)
@click.option("--yes", is_flag=True, help="Erase the disk without asking.")
@click.option(
    "--force-device", metavar="DEVICE", help="The same disk again, if it is not removable."
)
@click.pass_obj
def command(
    settings: Settings,
    names: tuple[str, ...],
    size: Size | None,
    yes: bool,
    force_device: str | None,
) -> None:
    """Write an ISO to a USB stick, and read it back. Without DEVICE: list removable disks.

    Erases everything on the disk. Refuses a disk that is in use.
    """
    from voidgen.boot import image  # noqa: PLC0415
    from voidgen.cli.interrupts import be_interrupted  # noqa: PLC0415
    from voidgen.cli.report import warn  # noqa: PLC0415
    from voidgen.errors import Fault, WrongInputError  # noqa: PLC0415
    from voidgen.write import copy, disks, iso_file, persistence  # noqa: PLC0415

    if len(names) > 2:  # noqa: PLR2004 - ISO and DEVICE
        raise click.UsageError("name one ISO and one disk")
    be_interrupted()
    found = disks.read(Path.cwd())
    variant = image.named(names[0], Path(settings.project)) if names else ""
    if not names or (len(names) == 1 and (variant or names[0].endswith(".iso"))):
        _list(settings, disks.candidates(found), names)
        return
    device = os.path.realpath(names[-1])
    given = len(names) > 1 and not variant
    iso = Path(names[0]) if given else _of_project(settings, variant)
    length = iso_file.size_of(iso)
    forced = os.path.realpath(force_device) if force_device else None
    if why := disks.refusal(found, device, length, forced):
        what, _, remedy = why.rpartition(": ")
        raise WrongInputError(Fault(what or why, Path(device), remedy=remedy if what else ""))
    if disks.is_made_of(device, iso):
        what = f"is a loop device of {iso.name} itself"
        raise WrongInputError(Fault(what, Path(device), remedy="name another disk"))
    chosen = next(one for one in found if one.name == device)
    partition = None
    if size:
        partition = persistence.plan(iso, length, chosen.size or 0, size.bytes)
    # sudo(8) may not look where voidgen is.
    words = [
        *(shutil.which("voidgen") or "voidgen", "write", str(iso), device),
        *(["--persistence", size.given] if size else []),
        *(["--yes"] if yes else []),
        *(["--force-device", forced] if forced else []),
    ]
    disk = copy.open_disk(Path(device), shlex.join(words))
    try:
        # With the disk open, no other can take its name meanwhile.
        hash_ = iso_file.checked(iso, settings.watcher())
        if iso_file.sum_beside(iso) is None:
            warn(iso_file.not_checked(iso))
        if not yes:
            ask(chosen)
        settings.left = f"{device} is half-written and does not boot: write it again"
        add = partial(persistence.add, partition, Path(device), disk) if partition else None
        copy.write(iso, disk, hash_, settings.watcher(), add)
        settings.left = f"{device} is written and checked"
    finally:
        os.close(disk)
    _report(settings, Written(iso, device, length, hash_), partition)


def _report(settings: Settings, written: Written, partition: Partition | None) -> None:
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.plan.boot_menu import KEEPS  # noqa: PLC0415
    from voidgen.text import human_size, visible  # noqa: PLC0415

    if settings.json:
        kept = {"label": partition.label, "size": partition.size} if partition else None
        result({**written._asdict(), "iso": str(written.iso), "persistence": kept})
    elif not settings.quiet:
        click.echo(visible(f"{written.device} has {written.iso.name}, read back and compared."))
        if partition:
            size = human_size(partition.size)
            click.echo(f"The boot menu entry {KEEPS!r} uses a partition of {size} behind it.")
        click.echo("Restart the machine, and choose the stick in the firmware's boot menu.")


def _of_project(settings: Settings, variant: str) -> Path:
    from voidgen import project  # noqa: PLC0415
    from voidgen.boot import image  # noqa: PLC0415
    from voidgen.cli.report import warn  # noqa: PLC0415
    from voidgen.image import freshness, of_iso  # noqa: PLC0415

    folder = project.find(Path(settings.project))
    iso = image.of_project(folder, variant)
    snapshot = of_iso.snapshot(iso)
    if doubt := freshness.doubt_of_iso(folder, snapshot, iso, variant):
        warn(doubt)
    return iso


def _list(settings: Settings, found: tuple[Device, ...], names: tuple[str, ...]) -> None:
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.text import human_size, visible  # noqa: PLC0415

    if settings.json:
        listed = [{"device": one.name, "size": one.size, "model": one.model} for one in found]
        result({"disks": listed})
        return
    for one in found:
        line = f"{one.name}  {human_size(one.size or 0)}  {one.model or ''}"
        click.echo(visible(line.rstrip()))
    if not found:
        click.echo("No removable disk is plugged in.")
    first = found[0].name if found else "/dev/sdX"
    click.echo(visible(f"To write to one: {shlex.join(['voidgen', 'write', *names, first])}"))


def ask(disk: Device) -> None:
    """Ask whether to erase ``disk``; StepFailedError if not, or if there is no terminal."""
    from voidgen.errors import StepFailedError  # noqa: PLC0415
    from voidgen.text import visible  # noqa: PLC0415
    from voidgen.write import disks  # noqa: PLC0415

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        what = f"{disk.name}: would be erased, and there is no terminal to ask"
        raise StepFailedError(what, "add --yes")
    click.echo(visible(f"{disk.name}: everything on it will be erased"), err=True)
    for line in disks.contents(disk):
        click.echo(visible(f"  {line}"), err=True)
    if not click.confirm("Erase it?", err=True):
        raise StepFailedError(f"{disk.name}: nothing was written, as you answered")
