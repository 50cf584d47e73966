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
    from voidgen import project  # noqa: PLC0415
    from voidgen.doctor import check  # noqa: PLC0415
    from voidgen.doctor.host import Host  # noqa: PLC0415
    from voidgen.errors import WrongInputError  # noqa: PLC0415
    from voidgen.outcome import forms, types  # noqa: PLC0415

    start = Path(settings.project)
    try:
        folder = project.find(start)
    except WrongInputError:
        if not start.is_dir():
            raise
        folder = None
    host = Host()
    with settings.watcher().step("checking this machine"):
        outcomes = list(check.check(host, folder))
    if settings.json:
        click.echo(forms.to_json(outcomes, system=host.family() or None), nl=False)
    else:
        from voidgen.cli import outcome_table  # noqa: PLC0415

        outcome_table.show(outcomes)
    return 0 if types.good(outcomes) else 1
