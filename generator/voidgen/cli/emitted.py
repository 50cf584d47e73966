"""Print what ``voidgen generate`` changed, for the commands that generate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import click

from voidgen.cli.report import warn
from voidgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voidgen.emit import Changes
    from voidgen.errors import Fault
    from voidgen.generate.run import Result

SHOWN = 20
"""Maximum number of changed files, and of warnings, to name."""


def data(done: Result) -> dict[str, Any]:
    """Return what changed, for JSON."""
    warnings = [
        {"file": str(one.file), "what": one.what, "remedy": one.remedy} for one in done.warnings
    ]
    rows = {"changes": bool(done.changes), **attrs.asdict(done.changes), "unlocked": done.unlocked}
    return {**rows, "warnings": warnings}


def show_warnings(warnings: Sequence[Fault]) -> None:
    """Print warnings, also under --quiet: the user has to do something about them."""
    for one in warnings[:SHOWN]:
        warn(one)
    if len(warnings) > SHOWN:
        click.echo(f"warning: {len(warnings) - SHOWN} more like these", err=True)


def show_changes(changes: Changes, how: str = "") -> None:
    """Print each changed file, and how many there are; ``how`` is "would be " with --check."""
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
