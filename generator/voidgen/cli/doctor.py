"""``voidgen doctor``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voidgen.doctor.fix import Fix
    from voidgen.doctor.run import Result


@click.command("doctor", cls=Command)
@click.option(
    "--fix", is_flag=True, help="Add what your nix.conf or ~/.gitconfig lacks; ask first."
)
@click.option("--yes", is_flag=True, help="With --fix: add it without asking.")
@click.pass_obj
def command(settings: Settings, fix: bool, yes: bool) -> int:
    """Check this machine for what voidgen needs, and print the commands that fix it.

    In a project, also checks its folder and its settings. Exits with 1 if no image can be built.
    A warning (??) means that something is slower, or that only another command fails.

    With --fix, voidgen shows each line that ~/.config/nix/nix.conf or ~/.gitconfig lacks, asks
    before it adds it, and then checks again. If you are root, the file is /etc/nix/nix.conf. It
    runs none of the other commands.
    """
    if yes and not fix:
        raise click.UsageError("--yes needs --fix")
    found = _checked(settings)
    if fix:
        if not settings.json:
            _show(settings, found)
        if not _fix(settings, found, yes=yes):
            return _status(settings, found, shown=not settings.json)
        found = _checked(settings)
    return _status(settings, found, shown=False)


def _checked(settings: Settings) -> Result:
    from voidgen.doctor import run  # noqa: PLC0415

    with settings.watcher().step("checking this machine"):
        return run.run(Path(settings.project))


def _show(settings: Settings, found: Result) -> None:
    if settings.json:
        from voidgen.outcome import forms  # noqa: PLC0415

        click.echo(forms.to_json(found.outcomes, system=found.family or None), nl=False)
    else:
        from voidgen.cli import outcome_table  # noqa: PLC0415

        outcome_table.show(found.outcomes)


def _status(settings: Settings, found: Result, *, shown: bool) -> int:
    from voidgen.outcome import types  # noqa: PLC0415

    if not shown:
        _show(settings, found)
    return 0 if types.good(found.outcomes) else 1


def _fix(settings: Settings, found: Result, *, yes: bool) -> bool:
    """Add what the user agrees to; return whether anything was added."""
    from voidgen.cli.report import report, say  # noqa: PLC0415
    from voidgen.doctor import fix, run  # noqa: PLC0415
    from voidgen.errors import StepFailedError, WrongInputError  # noqa: PLC0415
    from voidgen.nix.conf_files import system_conf  # noqa: PLC0415
    from voidgen.nix.setup_remedies import Machine  # noqa: PLC0415

    wanted = run.fixes(found.outcomes)
    added = []
    for one in _agreed(settings, wanted, yes=yes):
        try:
            fix.apply(one)
        except StepFailedError as error:
            say(error.what, error.remedy, error.output)
        except WrongInputError as error:
            report(error.faults)
        else:
            added.append(one)
    machine = Machine.here()
    if machine.has_daemon and any(one.file == str(system_conf()) for one in added):
        click.echo(f"Nix's daemon needs a restart: {machine.restart()}", err=True)
    return bool(added)


def _agreed(settings: Settings, wanted: Sequence[Fix], *, yes: bool) -> list[Fix]:
    """Show each line and its file, and return those that the user agrees to."""
    from voidgen.text import visible  # noqa: PLC0415

    if not wanted:
        click.echo("--fix: there is no line that voidgen could add.", err=True)
    asks = sys.stdin.isatty() and sys.stderr.isatty() and not settings.json
    found = []
    for one in wanted:
        click.echo(visible(f"{one.file} lacks this line:"), err=True)
        click.echo(visible(f"    {one.line}"), err=True)
        if yes or (asks and click.confirm("Add it?", err=True)):
            found.append(one)
    if wanted and not yes and not asks:
        what = (
            "--fix changed nothing: there is no terminal to ask on. To add these lines: --fix --yes"
        )
        click.echo(what, err=True)
    return found
