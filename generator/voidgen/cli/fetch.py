"""``voidgen fetch``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.command("fetch")
@click.pass_obj
def command(settings: dict[str, Any]) -> None:
    """Fetch the locked packages of Void into a local repository, and print its folder.

    Files are kept under their hashes in ~/.cache/voidgen, and checked again each time.
    """
    from voidgen import pinning, project  # noqa: PLC0415
    from voidgen.cli.watch import watcher  # noqa: PLC0415

    image = project.load(project.find(Path(settings["project"])))
    click.echo(pinning.repository(image, watcher(quiet=settings["quiet"])))
