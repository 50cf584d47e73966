"""The end of ``voidgen add`` and ``voidgen remove``: show what changes, and write it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import click
from attrs import evolve

from voidgen import config
from voidgen.cli import diff_text, rows
from voidgen.cli.report import result
from voidgen.diff import plans
from voidgen.edit import change as changes
from voidgen.text import visible

if TYPE_CHECKING:
    from voidgen.cli.settings import Settings
    from voidgen.edit.types import ConfigChange
    from voidgen.project import Project


def finish(settings: Settings, change: ConfigChange, *, dry_run: bool) -> None:
    """Write ``change``, or show what would be written."""
    differs = change.new != change.start.text
    if not settings.json:
        _show(settings, change, differs=differs, dry_run=dry_run)
    if differs and not dry_run:
        changes.write(change)
    if settings.json:
        written, difference = differs and not dry_run, _lines(change)
        result({"written": written, "difference": difference, "notes": change.notes})
    elif not settings.quiet:
        done = "would be written" if dry_run else "is written; next: voidgen build"
        click.echo(f"{config.FILE} {done}" if differs else f"{config.FILE} stays as it is")


def _show(settings: Settings, change: ConfigChange, *, differs: bool, dry_run: bool) -> None:
    from voidgen.cli.report import note  # noqa: PLC0415

    for one in change.notes:
        note(one)
    if dry_run:
        for line in _lines(change):
            click.echo(visible(line))
    if not settings.quiet and differs and change.start.project:
        _show_plan_changes(change.start.project, change.after)


def _lines(change: ConfigChange) -> list[str]:
    """Return a unified diff, as `git apply` takes it."""
    old, new = (one.splitlines() for one in (change.start.text, change.new))
    names = (f"a/{config.FILE}", f"b/{config.FILE}")
    return list(difflib.unified_diff(old, new, *names, lineterm=""))


def _show_plan_changes(before: Project, after: Project) -> None:
    """Print what the change does to the image's plan."""
    diff = plans.between(before, after)
    # Paths are only counted: a module may bring many.
    if without_paths := evolve(diff, overlay=()):
        diff_text.show(without_paths, rows.width())
    counts = {
        kind: sum(one.kind == kind for one in diff.overlay or ())
        for kind in ("added", "removed", "changed")
    }
    summary = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    if summary:
        click.echo(f"paths of the overlay: {summary}\n")
