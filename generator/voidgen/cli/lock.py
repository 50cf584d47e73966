"""``voidgen lock``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import click

from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voidgen.lock.run import Result
    from voidgen.lock.state import Outcome

SHOWN = 40
"""Maximum number of moved packages to name."""


@click.command("lock", cls=Command)
@click.option(
    "--check", is_flag=True, help="Write nothing; exit with 1 if something is not locked."
)
@click.pass_obj
def command(settings: Settings, check: bool) -> int:
    """Lock what is not locked yet. What is locked does not change.

    Nix locks the flake's inputs in flake.lock. voidgen.lock has the rest: every Void package that
    mklive installs, resolved and verified by XBPS, and the container. It also has the commit,
    narHash and date of each input. voidgen compares them with what Nix fetches, and then refuses
    any other flake.lock.
    """
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.lock import run  # noqa: PLC0415
    from voidgen.text import visible  # noqa: PLC0415

    project = settings.load()
    if not check:
        show(settings, run.run(run.Request(project), settings.watcher()))
        return 0
    missing = run.check(project)
    if settings.json:
        result({"unlocked": missing.lines})
        return 1 if missing.lines else 0
    for line in missing.lines:
        click.echo(visible(line))
    if not settings.quiet:
        click.echo(missing.remedy if missing.lines else "everything is locked")
    return 1 if missing.lines else 0


def show(settings: Settings, done: Result) -> None:
    """Print what changed."""
    from voidgen.cli.report import result, warn  # noqa: PLC0415

    for one in done.warnings:
        warn(one)
    if settings.json:
        moved = [attrs.asdict(one) for one in done.outcome.moves()]
        result({"moved": moved, "written": done.written})
    elif not settings.quiet:
        _show_moves(done.outcome, done.written)


def _show_moves(outcome: Outcome, changed: Sequence[str]) -> None:
    from voidgen.text import human_size, visible  # noqa: PLC0415

    # After a first lock, only count the packages: all of them were added.
    first = outcome.before.lock is None
    shown = [move for move in outcome.moves() if not (first and move.kind == "xbps")]
    for move in shown[:SHOWN]:
        versions = " -> ".join(filter(None, (move.old, move.new)))
        click.echo(visible(f"  {move.sign} {move.kind} {move.name}  {versions}"))
    if len(shown) > SHOWN:
        click.echo(f"  and {len(shown) - SHOWN} more")
    locked = outcome.after.lock.xbps if outcome.after.lock else None
    if locked:
        total = human_size(sum(one.size for one in locked.packages))
        click.echo(f"{len(locked.packages)} packages of Void are locked, {total}")
    click.echo(f"wrote {', '.join(changed)}" if changed else "nothing changed")
