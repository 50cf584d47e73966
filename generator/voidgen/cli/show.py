"""``voidgen show``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.command("show")
@click.option("--built", is_flag=True, help="Show what `nix build` made, from ./result.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")
@click.pass_obj
def command(settings: dict[str, Any], built: bool, as_json: bool) -> None:
    """Show the plan: all that the image will be, and who asked for it."""
    from voidgen import project, render  # noqa: PLC0415

    folder = project.find(Path(settings["project"]))
    if built:
        from voidgen import build  # noqa: PLC0415

        data: dict[str, Any] = build.manifest(folder / "result")
    else:
        from voidgen.lock import inputs  # noqa: PLC0415

        image = project.load(folder)
        locked = [render.data(found) for found in inputs(folder, image.plan)]
        data = render.manifest(image.plan, image.overlay) | {"inputs": locked}
    if as_json:
        click.echo(render.to_json(data), nl=False)
        return
    from voidgen.cli import tables  # noqa: PLC0415

    tables.built(data) if built else tables.plan(data)
