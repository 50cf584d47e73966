"""``voidgen boot``."""

from __future__ import annotations

import ipaddress
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voidgen.boot.image import BootableIso
    from voidgen.boot.qemu import Guest
    from voidgen.boot.types import Machine
    from voidgen.outcome.types import Outcome
    from voidgen.progress import Progress

LONGEST_TEST = 900
"""Seconds: without KVM, a desktop image takes minutes to boot."""


def _address(_: click.Context, __: click.Parameter, given: str | None) -> str | None:
    """Return an IPv4 address, the only kind that QEMU's network takes."""
    try:
        return str(ipaddress.IPv4Address(given)) if given else None
    except ValueError:
        raise click.BadParameter(f"{given!r} is not an IPv4 address") from None


@frozen
class Asked:
    """The options of the command."""

    test: bool
    junit: Path | None
    timeout: int | None
    window: bool | None
    screenshot: Path | None
    log: Path | None
    uefi: bool | None
    accel: str | None
    memory: int | None
    cpus: int | None
    dns: str | None


@click.command("boot", cls=Command)
@click.argument("iso", required=False, type=click.Path(path_type=Path))
@click.option("--test", is_flag=True, help="Log in at the serial console and run the checks.")
@click.option(
    "--junit",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --test: also write the results as JUnit's XML.",
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.IntRange(min=1),
    help=f"Stop the machine after that time; an unfinished test fails.  [--test: {LONGEST_TEST}]",
)
@click.option("--window/--headless", default=None, help="Show the screen in a window, or not.")
@click.option(
    "--screenshot",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the screen at the end, as PNG or PPM.",
)
@click.option(
    "--log",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save what the serial console prints.  [NAME.serial.log beside the ISO]",
)
@click.option("--uefi/--bios", default=None, help="The firmware.  [UEFI if OVMF is installed]")
@click.option(
    "--accel",
    type=click.Choice(["kvm", "tcg"]),
    help="Use this one, without testing whether KVM works.",
)
@click.option("--memory", metavar="MIB", type=click.IntRange(min=128), help="[12288, or less]")
@click.option("--cpus", metavar="NUMBER", type=click.IntRange(min=1), help="[4, or less]")
@click.option(
    "--dns",
    metavar="ADDRESS",
    callback=_address,
    help="Name server for the guest, such as 8.8.8.8, in place of QEMU's.",
)
@click.pass_obj
def command(settings: Settings, /, iso: Path | None, **options: Any) -> None:
    """Boot ISO in QEMU: by default the project's out/NAME.iso, or else its newest out/NAME*.iso.

    With --test, voidgen logs in at the serial console and checks what the image and its modules
    promise, which the ISO itself lists. Exits with 1 if a check fails.
    """
    from voidgen.boot import host, image  # noqa: PLC0415
    from voidgen.cli.interrupts import be_interrupted  # noqa: PLC0415

    asked = Asked(**options)
    if not asked.test and (settings.json or asked.junit):
        raise click.UsageError("--json and --junit need --test: they print its results")
    be_interrupted()
    quiet, progress = settings.quiet, settings.watcher()
    _refuse_folders(asked)
    host.qemu()
    settings.left = "the machine is off; the image has not changed"
    found = image.read((iso or _newest(settings.project)).absolute())
    machine = _machine(asked, found, progress, quiet=quiet)
    if not quiet:
        _show_machine(found, machine)
    if not asked.test:
        _show(asked, found, machine, quiet=quiet)
        return
    outcomes = _test(asked, found, machine, progress, quiet=quiet)
    _results(settings, asked.junit, found, machine, outcomes)


def _newest(folder: str) -> Path:
    from voidgen import config, project  # noqa: PLC0415
    from voidgen.boot import image  # noqa: PLC0415

    place = project.find(Path(folder))
    return image.newest(place, config.load(place).image.name)


def _refuse_folders(asked: Asked) -> None:
    """Refuse files whose folder is missing before the boot, which writes them at its end."""
    from voidgen.errors import Fault, raise_all  # noqa: PLC0415

    files = [file for file in (asked.junit, asked.screenshot, asked.log) if file]
    raise_all(
        Fault("no such folder", file.parent, remedy="make it first")
        for file in files
        if not file.parent.is_dir()
    )


def _machine(asked: Asked, found: BootableIso, progress: Progress, *, quiet: bool) -> Machine:
    from voidgen.boot import host, machine  # noqa: PLC0415

    # During a test, nobody watches.
    window = False if asked.test and asked.window is None else asked.window
    wishes = machine.Wishes(asked.uefi, asked.accel, asked.memory, asked.cpus, window, asked.dns)
    offer = host.offer(wishes, found.iso, progress)
    choice = machine.choose(wishes, offer, is_64_bit=found.is_64_bit)
    if choice.no_window and not quiet:
        _say(choice.no_window)
    return choice.machine


def _show_machine(found: BootableIso, machine: Machine) -> None:
    """Print what the machine is, and how to log in."""
    from voidgen.boot.image import PASSWORD  # noqa: PLC0415

    how, firmware = machine.accelerator, _kind(machine).upper()
    facts = (f"{machine.memory} MiB", f"{machine.cpus} processors", how.name.upper(), firmware)
    _say(f"{found.iso.name}: {', '.join(facts)}")
    if how.why:
        _say(f"  no KVM: {how.why}")
    _say(f"  log in as {found.user} or root, password {PASSWORD}")


def _kind(machine: Machine) -> str:
    return "uefi" if machine.firmware else "bios"


def _show(asked: Asked, found: BootableIso, machine: Machine, *, quiet: bool) -> None:
    """Run the machine until it ends, the time is over, or voidgen is interrupted."""
    from voidgen.boot import qemu, session  # noqa: PLC0415
    from voidgen.boot.types import MONITOR, SERIAL  # noqa: PLC0415
    from voidgen.cli.report import shown  # noqa: PLC0415

    log = session.make_log(found.iso, asked.log)
    with qemu.started(machine, found.iso, log) as guest:
        if not quiet:
            serial, monitor = (shown(log.parent / name) for name in (SERIAL, MONITOR))
            _say(f"  serial console: socat -,raw,echo=0,escape=0x1d unix-connect:{serial}")
            _say(f"  monitor: socat - unix-connect:{monitor}")
            _say(f"  log of the console: {shown(log)}")
        try:
            ended = guest.wait(asked.timeout)
        except KeyboardInterrupt:
            _picture(asked, guest)
            raise
        if ended and asked.screenshot:
            _say("no screenshot: the machine had ended")
        elif not ended:
            _picture(asked, guest)


def _test(
    asked: Asked, found: BootableIso, machine: Machine, progress: Progress, *, quiet: bool
) -> Sequence[Outcome]:
    from voidgen.boot import session  # noqa: PLC0415
    from voidgen.cli.report import shown  # noqa: PLC0415

    log = session.make_log(found.iso, asked.log)
    if not found.has_serial_login and not quiet:
        _say("  no serial console: QEMU starts its kernel directly, with one added")
    seconds = asked.timeout or LONGEST_TEST
    done = session.test(session.Request(found, machine, log, seconds, asked.screenshot), progress)
    if done.printed:
        _say(f"QEMU: {done.printed}")
    if not quiet:
        _say(f"log of the console: {shown(log)}")
    return done.outcomes


def _results(
    settings: Settings,
    junit: Path | None,
    found: BootableIso,
    machine: Machine,
    outcomes: Sequence[Outcome],
) -> None:
    from voidgen.outcome import forms  # noqa: PLC0415
    from voidgen.outcome.types import good  # noqa: PLC0415
    from voidgen.system.files import write_atomically  # noqa: PLC0415

    if junit:
        write_atomically(junit, forms.to_junit(outcomes, f"boot {found.name}"))
    if settings.json:
        facts = {"accelerator": machine.accelerator.name, "firmware": _kind(machine)}
        click.echo(forms.to_json(outcomes, iso=found.iso.name, **facts), nl=False)
    else:
        from voidgen.cli import outcome_table  # noqa: PLC0415

        outcome_table.show(outcomes)
    if not good(outcomes):
        sys.exit(1)


def _picture(asked: Asked, guest: Guest) -> None:
    if asked.screenshot:
        guest.screenshot(asked.screenshot)


def _say(line: str) -> None:
    from voidgen.text import visible  # noqa: PLC0415

    click.echo(visible(line), err=True)
