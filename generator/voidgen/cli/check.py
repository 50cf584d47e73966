"""``voidgen check``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from voidgen.cli.settings import Command, Settings


@click.command("check", cls=Command)
@click.option(
    "--record", is_flag=True, help="Write the hashes of the closure and the ISO into voidgen.lock."
)
@click.option(
    "--closure", metavar="NAME", multiple=True,
    help="Also rebuild the closure's packages of this name, or all. Repeatable.",
)  # fmt: skip
@click.option("--iso", is_flag=True, help="Also build the ISO twice, and compare the two.")
@click.option(
    "--junit", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the results as JUnit's XML.",
)  # fmt: skip
@click.option(
    "--github/--no-github", default=None,
    help="Also print annotations for GitHub.  [if GITHUB_ACTIONS is true]",
)  # fmt: skip
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - the options
    settings: Settings,
    record: bool,
    closure: tuple[str, ...],
    iso: bool,
    junit: Path | None,
    github: bool | None,
) -> None:
    """Check that the project is reproducible, here and now.

    The emitted files must be current and locked, and the same in another folder. Nix must fetch
    each input as it is locked. voidgen's own derivations must give the same bytes when built
    again. The closure must be undamaged, and match its recorded hash, if there is one. Exits with 1
    if a check fails.
    """
    from voidgen import project  # noqa: PLC0415
    from voidgen.check import run  # noqa: PLC0415
    from voidgen.outcome import forms, types  # noqa: PLC0415
    from voidgen.system.files import write_atomically  # noqa: PLC0415

    image = project.load(project.find(Path(settings.project)))
    request = run.Request(image, record=record, closure=closure, iso=iso)
    found = run.run(request, settings.watcher())
    if junit:
        write_atomically(junit, forms.to_junit(found, image.plan.config.image.name))
    if settings.json:
        click.echo(forms.to_json(found), nl=False)
    else:
        from voidgen.cli import outcome_table  # noqa: PLC0415

        outcome_table.show(found)
    if github if github is not None else os.environ.get("GITHUB_ACTIONS") == "true":
        for line in forms.to_github(found):
            click.echo(line, err=settings.json)
    if not types.good(found):
        raise click.exceptions.Exit(1)
