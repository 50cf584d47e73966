"""``voidgen check``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from voidgen.cli.settings import Command, Settings


@click.command("check", cls=Command)
@click.option(
    "--record", is_flag=True, help="Write the hashes of the closure and the ISO into voidgen.lock."
)
@click.option(
    "--closure", metavar="NAME", multiple=True,
    help="Rebuild the closure's packages of this name, too, or all; may be given again.",
)  # fmt: skip
@click.option("--iso", is_flag=True, help="Make the ISO twice, and compare the two, too.")
@click.option(
    "--junit", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="Write JUnit's XML, too.",
)  # fmt: skip
@click.option(
    "--github/--no-github", default=None,
    help="Print annotations for GitHub, too; by itself where GITHUB_ACTIONS is set.",
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

    What is emitted is current and locked, and the same wherever it is emitted; each input is what
    Nix fetches by its reference; what voidgen's own
    derivations build is the same when built again; the closure is whole, and the one that was
    recorded. Exits with 1 where anything is not so.
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
        sys.exit(1)
