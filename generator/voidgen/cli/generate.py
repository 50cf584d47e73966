"""``voidgen generate``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voidgen.emit import Changes
    from voidgen.errors import Fault
    from voidgen.generate.run import Result

SHOWN = 20
"""Maximum number of changed files, and of warnings, to name."""


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
    else changes. After that, `nix build` builds the closure and the overlay.
    """
    from voidgen import project  # noqa: PLC0415
    from voidgen.generate import run  # noqa: PLC0415

    request = run.Request(project.find(Path(settings.project)), check=check, force=force)
    with settings.late("generating"):
        done = run.run(request)
    if settings.json:
        _show_json(done)
    else:
        _show(settings, done, check=check)
    return 1 if check and done.changes else 0


def _show_json(done: Result) -> None:
    from voidgen.cli.report import result  # noqa: PLC0415

    warnings = [
        {"file": str(one.file), "what": one.what, "remedy": one.remedy} for one in done.warnings
    ]
    rows = {"changes": bool(done.changes), **attrs.asdict(done.changes), "unlocked": done.unlocked}
    result({**rows, "warnings": warnings})


def _show(settings: Settings, done: Result, *, check: bool) -> None:
    from voidgen.text import visible  # noqa: PLC0415

    _warn(done.warnings)
    if settings.quiet:
        return
    _list(done.changes, "would be " if check else "")
    if not check:
        for line in done.unlocked:
            click.echo(visible(line))
        warn_of_nix()
        click.echo(f"next: {'voidgen lock && ' if done.unlocked else ''}nix build")


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


def _warn(warnings: Sequence[Fault]) -> None:
    """Print warnings, also under --quiet: the user has to do something about them."""
    from voidgen.cli.report import warn  # noqa: PLC0415

    for one in warnings[:SHOWN]:
        warn(one)
    if len(warnings) > SHOWN:
        click.echo(f"warning: {len(warnings) - SHOWN} more like these", err=True)


def _list(changes: Changes, how: str) -> None:
    from voidgen.text import visible  # noqa: PLC0415

    rows = [
        *(("+", path) for path in changes.added),
        *(("~", path) for path in changes.changed),
        *(("-", path) for path in changes.removed),
    ]
    for sign, path in rows[:SHOWN]:
        click.echo(visible(f"  {sign} {path}"))
    if len(rows) > SHOWN:
        click.echo(f"  and {len(rows) - SHOWN} more")
    if rows:
        click.echo(
            f"{len(changes.added)} {how}added, {len(changes.changed)} {how}changed, "
            f"{len(changes.removed)} {how}removed, {len(changes.kept)} unchanged"
        )
    else:
        click.echo(f"nothing to do: all {len(changes.kept)} emitted files are current")
    for path in changes.strays[:SHOWN]:
        click.echo(visible(f"  ? {path} is not part of the image: move it into a module's files/"))
