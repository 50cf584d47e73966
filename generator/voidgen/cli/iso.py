"""``voidgen iso``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voidgen.cli import variant as of_variant
from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from voidgen.iso.run import Result


@click.command("iso", cls=Command)
@click.option(
    "--no-space-check", is_flag=True, help="Start even if there seems to be too little space."
)
@click.option(
    "--sign",
    metavar="KEY",
    type=click.Path(path_type=Path),
    help="Sign the checksums with this private SSH key, or the KEY.pub of a key in your agent.",
)
@click.option("--all", "every", is_flag=True, help="Build the ISOs of all variants, too.")
@click.option(
    "--netboot",
    is_flag=True,
    help="Also write out/NAME-netboot: kernel, initramfs, squashfs and a script for iPXE.",
)
@of_variant.argument
@click.pass_obj
def command(  # noqa: PLR0913 - click passes each option
    settings: Settings,
    variant: str,
    *,
    no_space_check: bool,
    sign: Path | None,
    every: bool,
    netboot: bool,
) -> None:
    """Build out/NAME.iso with mklive, from the closure, the overlay and Void's locked packages.

    mklive runs in a container, without a network. Beside the ISO, voidgen writes checksums
    (SHA-256), a manifest, a bill of materials (CycloneDX) and the log. If nothing has changed and
    all these files are as voidgen wrote them, it does nothing.
    """
    from voidgen.cli.interrupts import be_interrupted  # noqa: PLC0415
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.iso import run  # noqa: PLC0415
    from voidgen.progress import of_image  # noqa: PLC0415
    from voidgen.text import visible  # noqa: PLC0415

    if every and variant:
        raise click.UsageError("--all builds every variant: name none, or leave out --all")
    be_interrupted()

    def report(line: str) -> None:
        if not settings.quiet:
            click.echo(visible(line), err=True)

    project = settings.load().of(variant)
    done = []
    for one in project.images() if every else (project,):
        start = time.monotonic()
        request = run.Request(one, sign, check_space=not no_space_check, netboot=netboot)
        # With a single image, all steps are its own.
        progress = of_image(one.name if every else "", settings.watcher())
        done.append(run.run(request, progress, report))
        if not settings.json and not settings.quiet:
            _show(done[-1], time.monotonic() - start)
    if settings.json:
        result({"isos": [*map(_data, done)]} if every else _data(done[0]))


def _show(made: Result, seconds: float) -> None:
    from voidgen.text import human_size, visible  # noqa: PLC0415

    what = "nothing to do: the ISO is current" if made.reused else f"{seconds:.0f} s"
    click.echo(visible(f"{made.iso}  {human_size(made.size)}  ({what})"))
    if made.netboot:
        click.echo(visible(str(made.netboot)))


def _data(made: Result) -> dict[str, str | int | None]:
    return {
        "iso": str(made.iso),
        "size": made.size,
        "reused": made.reused,
        "signature": str(made.signature) if made.signature else None,
        "netboot": str(made.netboot) if made.netboot else None,
    }
