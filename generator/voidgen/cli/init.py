"""``voidgen init``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click


@click.command("init")
@click.argument("directory", metavar="[DIR]", default=".", type=click.Path())
@click.option("--offline", is_flag=True, help="An image that builds without a network.")
@click.option(
    "--busybox",
    type=click.Path(),
    help="The static busybox to build the offline package set with (default: from PATH).",
)
@click.pass_obj
def command(settings: dict[str, Any], directory: str, offline: bool, busybox: str | None) -> None:
    """Make a new image project in DIR."""
    import hashlib  # noqa: PLC0415

    from voidgen import scaffold  # noqa: PLC0415
    from voidgen.cli.report import visible  # noqa: PLC0415

    if not offline:
        raise click.UsageError("only offline projects can be made: voidgen init --offline DIR")
    folder = Path(os.path.abspath(Path(settings["project"]) / directory))
    used = scaffold.offline(folder, Path(busybox) if busybox else None)
    if settings["quiet"]:
        return
    digest = hashlib.sha256((folder / scaffold.BUSYBOX).read_bytes()).hexdigest()
    click.echo(visible(f"made {folder}"))
    click.echo(visible(f"busybox: {used}"))
    click.echo(f"         sha256 {digest} (other bytes give other store paths)")
    click.echo(visible(f"next: cd {directory} && voidgen generate && nix build"))
