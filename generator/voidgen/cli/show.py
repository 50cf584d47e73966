"""``voidgen show``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from voidgen.lock.types import Lock


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
        from voidgen import pins  # noqa: PLC0415

        image = project.load(folder)
        found = pins.read(image)
        data = render.manifest(image.plan, image.overlay) | {
            "inputs": [render.data(one) for one in found.inputs],
            "lock": _locked(found.lock) | {"missing": pins.unlocked(image, found)},
        }
    if as_json:
        click.echo(render.to_json(data), nl=False)
        return
    from voidgen.cli import tables  # noqa: PLC0415

    tables.built(data) if built else tables.plan(data)


def _locked(lock: Lock | None) -> dict[str, Any]:
    """The container, and the version of every package of Void that is locked."""
    packages = lock.xbps.packages if lock and lock.xbps else ()
    return {
        "container": lock.container if lock else "",
        "packages": {one.name: one.version for one in packages},
    }
