"""``voidgen iso``."""

from __future__ import annotations

import time
from pathlib import Path

import click

from voidgen.cli.settings import Command, Settings


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
@click.pass_obj
def command(settings: Settings, no_space_check: bool, sign: Path | None) -> None:
    """Build out/NAME.iso with mklive, from the closure, the overlay and Void's locked packages.

    mklive runs in a container, without a network. Beside the ISO, voidgen writes checksums
    (SHA-256), a manifest, a bill of materials (CycloneDX) and the log. If nothing has changed and
    all these files are as voidgen wrote them, it does nothing.
    """
    from voidgen.cli.interrupts import be_interrupted  # noqa: PLC0415
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.iso import run  # noqa: PLC0415
    from voidgen.text import human_size, visible  # noqa: PLC0415

    be_interrupted()
    start = time.monotonic()

    def report(line: str) -> None:
        if not settings.quiet:
            click.echo(visible(line), err=True)

    request = run.Request(settings.load(), sign, check_space=not no_space_check)
    made = run.run(request, settings.watcher(), report)
    if settings.json:
        signed = str(made.signature) if made.signature else None
        result(
            {"iso": str(made.iso), "size": made.size, "reused": made.reused, "signature": signed}
        )
    elif not settings.quiet:
        seconds = f"{time.monotonic() - start:.0f} s"
        what = "nothing to do: the ISO is current" if made.reused else seconds
        click.echo(visible(f"{made.iso}  {human_size(made.size)}  ({what})"))
