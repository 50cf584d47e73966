"""``voidgen iso``."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import click

from voidgen.cli.settings import Command, Settings


@click.command("iso", cls=Command)
@click.option("--no-space-check", is_flag=True, help="Start even where space looks too small.")
@click.pass_obj
def command(settings: Settings, no_space_check: bool) -> None:
    """Make out/NAME.iso: the closure, the overlay and Void's locked packages, by mklive.

    mklive runs in a container, without a network. Beside the ISO lie its SHA-256, a manifest, a
    bill of materials (CycloneDX) and the log. Where nothing changed, nothing is done.
    """
    from voidgen import project  # noqa: PLC0415
    from voidgen.bytesize import show  # noqa: PLC0415
    from voidgen.cli.report import result, visible  # noqa: PLC0415
    from voidgen.iso import build  # noqa: PLC0415

    # Whatever ends voidgen politely ends the container, too; nohup(1) ignores one of them.
    for one in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(one) == signal.SIG_DFL:
            signal.signal(one, signal.default_int_handler)
    start = time.monotonic()

    def told(line: str) -> None:
        if not settings.quiet:
            click.echo(visible(line), err=True)

    with settings.late("reading the project"):
        image = project.load(project.find(Path(settings.project)))
    made = build.make(image, settings.watcher(), told, check_space=not no_space_check)
    if settings.json:
        size = made.iso.stat().st_size
        result({"iso": str(made.iso), "size": size, "reused": made.reused})
    elif not settings.quiet:
        what = "nothing to do: as it was" if made.reused else f"{time.monotonic() - start:.0f} s"
        click.echo(visible(f"{made.iso}  {show(made.iso.stat().st_size)}  ({what})"))
