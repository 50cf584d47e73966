"""``voidgen fetch``."""

from __future__ import annotations

import click

from voidgen.cli.settings import Command, Settings


@click.command("fetch", cls=Command)
@click.pass_obj
def command(settings: Settings) -> None:
    """Fetch the locked packages of Void into a local repository, and print its folder.

    Files are kept under their hashes in ~/.cache/voidgen, and checked again each time.
    """
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.lock import update  # noqa: PLC0415

    image = settings.load()
    repository = update.repository(image, settings.watcher())
    if settings.json:
        result({"repository": str(repository)})
    else:
        click.echo(repository)
