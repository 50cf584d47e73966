"""``voidgen fetch``."""

from __future__ import annotations

import click

from voidgen.cli import variant as of_variant
from voidgen.cli.settings import Command, Settings


@click.command("fetch", cls=Command)
@of_variant.argument
@click.pass_obj
def command(settings: Settings, variant: str) -> None:
    """Fetch the locked Void packages into a local repository, and print its folder.

    The packages are in the Nix store, by their hashes; the repository has links to them.
    """
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.lock import locked_packages  # noqa: PLC0415

    project = settings.load().of(variant)
    repository = locked_packages.repository(project, settings.watcher())
    if settings.json:
        result({"repository": str(repository)})
    else:
        click.echo(repository)
