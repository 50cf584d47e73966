"""``voidgen iso``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from voidgen.iso.build import Made


@click.command("iso", cls=Command)
@click.option(
    "--no-space-check", is_flag=True, help="Start even if there seems to be too little space."
)
@click.option(
    "--sign",
    metavar="KEY",
    type=click.Path(path_type=Path),
    help="Sign the checksums with a private SSH key, or with the agent that has it.",
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
    from voidgen.iso import build  # noqa: PLC0415
    from voidgen.provenance import signature  # noqa: PLC0415
    from voidgen.text import human_size, visible  # noqa: PLC0415

    be_interrupted()
    start = time.monotonic()

    def warn_user(line: str) -> None:
        if not settings.quiet:
            click.echo(visible(line), err=True)

    project = settings.load()
    if sign:
        signature.refuse_no_key(sign)
    made = build.make(project, settings.watcher(), warn_user, check_space=not no_space_check)
    signed = _sign(settings, project.folder, made, sign) if sign else None
    if settings.json:
        size = made.iso.stat().st_size
        result({"iso": str(made.iso), "size": size, "reused": made.reused, "signature": signed})
    elif not settings.quiet:
        seconds = f"{time.monotonic() - start:.0f} s"
        what = "nothing to do: the ISO is current" if made.reused else seconds
        click.echo(visible(f"{made.iso}  {human_size(made.iso.stat().st_size)}  ({what})"))


def _sign(settings: Settings, project: Path, made: Made, key: Path) -> str:
    """Sign the checksums and the statement of source; return the name of the first signature."""
    from voidgen.container import engine  # noqa: PLC0415
    from voidgen.provenance import signature, statement, statements  # noqa: PLC0415
    from voidgen.provenance.beside import beside  # noqa: PLC0415
    from voidgen.system.files import project_lock  # noqa: PLC0415

    with project_lock(project):
        # Not a moving line: ssh-keygen may ask for a passphrase on it.
        if not settings.quiet:
            click.echo(f"signing {made.iso.name}.sha256 ...", err=True)
        file = signature.sign_file(beside(made.iso, "iso.sha256"), key)
        engine.give(file)
        said = statement.beside_iso(made.iso)
        if isinstance(said, statement.Provenance):
            if not settings.quiet:
                click.echo(f"signing {beside(made.iso, statement.ENDING).name} ...", err=True)
            engine.give(statements.add(made.iso, said, key))
    return str(file)
