"""``voidgen boot``."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from voidgen.boot.types import LONGEST_TEST
from voidgen.cli import output as outputs
from voidgen.cli.arguments import Argument
from voidgen.cli.complete import isos
from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from voidgen.boot.image import BootableIso
    from voidgen.boot.machine import Choice
    from voidgen.boot.run import Result
    from voidgen.boot.types import Machine
    from voidgen.errors import Fault


def _address(_: click.Context, __: click.Parameter, given: str | None) -> str | None:
    """Return an IPv4 address, the only kind that QEMU's network takes."""
    try:
        return str(ipaddress.IPv4Address(given)) if given else None
    except ValueError:
        raise click.BadParameter(f"{given!r} is not an IPv4 address") from None


def _passwords(_: click.Context, __: click.Parameter, given: IO[str] | None) -> tuple[str, ...]:
    """Return the lines of the file: the live user's password, and root's if there is a second."""
    if given is None:
        return ()
    try:
        lines = tuple(given.read(4096).splitlines())
    except UnicodeDecodeError:
        raise click.BadParameter(f"{given.name!r} is not text in UTF-8") from None
    if len(lines) not in {1, 2} or not all(lines):
        raise click.BadParameter(f"{given.name!r} must have one or two lines, each a password")
    return lines


@click.command("boot", cls=Command)
@click.argument(
    "iso",
    cls=Argument,
    about="The ISO to boot, or a variant (default: the newest one in out/).",
    required=False,
    shell_complete=isos,
    type=click.Path(path_type=Path),
)
@click.option("--test", is_flag=True, help="Log in at the serial console and run the checks.")
@click.option(
    "--junit",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --test: also write the results as JUnit's XML.",
)
@click.option(
    "--password-file",
    metavar="FILE",
    type=click.File(encoding="utf-8"),
    callback=_passwords,
    help="With --test: the live user's password, and in a second line root's if it is another.",
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
    callback=outputs.check_ending((".png", ".ppm")),
    help="Save the screen at the end, as .png or .ppm.",
)
@click.option(
    "--log",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save what the serial console prints.  [NAME.serial.log beside the ISO]",
)
@click.option(
    "--netboot",
    is_flag=True,
    help="Start the files in NAME-netboot over HTTP, without the ISO. Needs a BIOS.",
)
@click.option("--uefi/--bios", default=None, help="The firmware.  [UEFI if OVMF is installed]")
@click.option(
    "--accel",
    type=click.Choice(["kvm", "tcg"]),
    help="Use KVM or TCG, without testing whether KVM works.",
)
@click.option(
    "--memory",
    metavar="MIB",
    type=click.IntRange(min=128),
    help="The guest's memory.  [12288, or less]",
)
@click.option(
    "--cpus",
    metavar="NUMBER",
    type=click.IntRange(min=1),
    help="The guest's processors.  [4, or less]",
)
@click.option(
    "--dns",
    metavar="ADDRESS",
    callback=_address,
    help="Name server for the guest, such as 8.8.8.8, instead of QEMU's own.",
)
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - the options
    settings: Settings,
    iso: Path | None,
    test: bool,
    junit: Path | None,
    password_file: tuple[str, ...],
    timeout: int | None,
    window: bool | None,
    screenshot: Path | None,
    log: Path | None,
    netboot: bool,
    uefi: bool | None,
    accel: str | None,
    memory: int | None,
    cpus: int | None,
    dns: str | None,
) -> None:
    """Boot ISO in QEMU: by default the project's out/NAME.iso, or else its newest out/NAME*.iso.

    ISO may also be a variant of voidgen.toml, whose ISO is in out/.

    With --test, voidgen logs in at the serial console and runs the checks of the image and its
    modules. The ISO contains them. Exits with 1 if a check fails.
    """
    from voidgen.boot import image, run  # noqa: PLC0415
    from voidgen.boot.machine import Wishes  # noqa: PLC0415
    from voidgen.cli.interrupts import be_interrupted  # noqa: PLC0415

    if not test and (settings.json or junit):
        raise click.UsageError("--json and --junit need --test: they print its results")
    if netboot and uefi:
        raise click.UsageError("--netboot needs --bios: QEMU's network card has iPXE only for it")
    be_interrupted()
    settings.left = "the machine is off; the image has not changed"
    wishes = Wishes(uefi, accel, memory, cpus, window, dns)
    place = Path(settings.project)
    variant = image.named(str(iso), place) if iso else ""
    named = None if variant else iso
    request = run.Request(
        place, named, wishes, test, timeout, screenshot, log, junit, password_file, netboot, variant
    )
    listener = _Quiet() if settings.quiet else _Listener(test=test)
    result = run.run(request, listener, settings.watcher())
    if screenshot and result.ended and not test:
        _say("no screenshot: the machine had ended")
    if result.outcomes is not None:
        _show_test(settings, result)


class _Quiet:
    """Prints only warnings while the machine runs."""

    def doubted(self, fault: Fault) -> None:
        """Print it."""
        from voidgen.cli.report import warn  # noqa: PLC0415

        warn(fault)

    def chosen(self, image: BootableIso, choice: Choice) -> None:
        """Ignore it."""

    def started(self, log: Path) -> None:
        """Ignore it."""


class _Listener(_Quiet):
    """Prints what the machine is, and how to reach it."""

    def __init__(self, *, test: bool) -> None:
        """Take whether voidgen itself uses the serial console."""
        self._test = test

    def chosen(self, image: BootableIso, choice: Choice) -> None:
        """Print what the machine is, and how to log in."""
        from voidgen.plan import accounts  # noqa: PLC0415

        machine = choice.machine
        how, firmware = machine.accelerator, _firmware(machine).upper()
        if choice.no_window:
            _say(choice.no_window)
        facts = (f"{machine.memory} MiB", f"{machine.cpus} processors", how.name.upper(), firmware)
        _say(f"{image.iso.name}: {', '.join(facts)}")
        if how.why:
            _say(f"  no KVM: {how.why}")
        _say(f"  log in as {accounts.of_plan(image.plan).in_words()}")
        if self._test and not image.has_serial_login:
            _say("  no serial console: QEMU starts its kernel directly, with one added")

    def started(self, log: Path) -> None:
        """Print how to reach the machine."""
        from voidgen.boot.types import MONITOR, SERIAL  # noqa: PLC0415
        from voidgen.cli.report import shown  # noqa: PLC0415

        serial, monitor = (shown(log.parent / name) for name in (SERIAL, MONITOR))
        _say(f"  serial console: socat -,raw,echo=0,escape=0x1d unix-connect:{serial}")
        _say(f"  monitor: socat - unix-connect:{monitor}")
        _say(f"  log of the console: {shown(log)}")


def _firmware(machine: Machine) -> str:
    return "uefi" if machine.firmware else "bios"


def _show_test(settings: Settings, result: Result) -> None:
    from voidgen.cli.report import shown  # noqa: PLC0415
    from voidgen.outcome import forms, types  # noqa: PLC0415

    outcomes = result.outcomes or ()
    if result.printed:
        _say(f"QEMU: {result.printed}")
    if not settings.quiet:
        _say(f"log of the console: {shown(result.log)}")
    if settings.json:
        machine = result.machine
        facts = {"accelerator": machine.accelerator.name, "firmware": _firmware(machine)}
        click.echo(forms.to_json(outcomes, iso=result.image.iso.name, **facts), nl=False)
    else:
        from voidgen.cli import outcome_table  # noqa: PLC0415

        outcome_table.show(outcomes)
    if not types.good(outcomes):
        raise click.exceptions.Exit(1)


def _say(line: str) -> None:
    from voidgen.text import visible  # noqa: PLC0415

    click.echo(visible(line), err=True)
