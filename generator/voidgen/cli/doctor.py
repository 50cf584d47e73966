"""``voidgen doctor``."""

from __future__ import annotations

from pathlib import Path

import click

from voidgen.cli.settings import Command, Settings


@click.command("doctor", cls=Command)
@click.pass_obj
def command(settings: Settings) -> int:
    """Check this machine for what voidgen needs, and print the commands that fix it.

    In a project, also checks its folder and its settings. Exits with 1 if no image can be built.
    A warning (??) means that something is slower, or that only another command fails.
    """
    from voidgen.doctor import run  # noqa: PLC0415
    from voidgen.outcome import forms, types  # noqa: PLC0415

    with settings.watcher().step("checking this machine"):
        found = run.run(Path(settings.project))
    if settings.json:
        click.echo(forms.to_json(found.outcomes, system=found.family or None), nl=False)
    else:
        from voidgen.cli import outcome_table  # noqa: PLC0415

        outcome_table.show(found.outcomes)
    return 0 if types.good(found.outcomes) else 1
