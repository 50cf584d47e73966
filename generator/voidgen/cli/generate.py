"""``voidgen generate``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from voidgen.generate.run import Result


@click.command("generate", cls=Command)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if something would change.")
@click.option(
    "--force", is_flag=True, help="Overwrite files that voidgen did not write or that you edited."
)
@click.pass_obj
def command(settings: Settings, check: bool, force: bool) -> int:
    """Emit the flake and the overlay tree from voidgen.toml.

    Writes flake.nix and image/, and removes files of an earlier run that are not needed. A
    project without .gitattributes gets one, so that git leaves the files as they are. Nothing
    else changes. After that, `nix build` builds the closure and the overlay without voidgen;
    `voidgen build` does both.
    """
    from voidgen import project  # noqa: PLC0415
    from voidgen.cli import emitted  # noqa: PLC0415
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.generate import run  # noqa: PLC0415

    request = run.Request(project.find(Path(settings.project)), check=check, force=force)
    with settings.late("generating"):
        done = run.run(request)
    if settings.json:
        result(emitted.data(done))
    else:
        _show(settings, done, check=check)
    return 1 if check and done.changes else 0


def _show(settings: Settings, done: Result, *, check: bool) -> None:
    from voidgen.cli import emitted  # noqa: PLC0415
    from voidgen.text import visible  # noqa: PLC0415

    emitted.show_warnings(done.warnings)
    if settings.quiet:
        return
    emitted.show_changes(done.changes, "would be " if check else "")
    if not check:
        for line in done.unlocked:
            click.echo(visible(line))
        warn_of_nix()
        click.echo(f"next: {'voidgen lock && ' if done.unlocked else ''}voidgen build")


def warn_of_nix() -> None:
    """Say at a terminal what to do before `nix build`, which has other settings than voidgen."""
    if not sys.stderr.isatty():
        return
    from voidgen.cli.report import warn  # noqa: PLC0415
    from voidgen.errors import Fault  # noqa: PLC0415
    from voidgen.nix import readiness  # noqa: PLC0415

    for remedy in readiness.remedies():
        what = f"`nix build` will not work: {remedy.what.removesuffix(':')}"
        warn(Fault(what, remedy=remedy.commands))
