"""``voidgen show``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voidgen.cli import variant as of_variant
from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from voidgen.image.built_image import BuiltImage
    from voidgen.image.sizes import Sizes
    from voidgen.show.run import LockedPlan


@click.command("show", cls=Command)
@click.option("--built", is_flag=True, help="Show what Nix built, from ./result.")
@click.option("--sizes", is_flag=True, help="Show how much room each Nix package takes.")
@of_variant.argument
@click.pass_obj
def command(settings: Settings, variant: str, built: bool, sizes: bool) -> None:
    """Show the plan: everything that the image will have, and who asked for it."""
    from voidgen import project  # noqa: PLC0415
    from voidgen.cli.report import result, warn  # noqa: PLC0415
    from voidgen.show import run  # noqa: PLC0415

    request = run.Request(project.find(Path(settings.project)), built, sizes, variant)
    done = run.run(request, settings.watcher())
    if done.doubt:
        warn(done.doubt)
    if settings.json:
        result(_data(done.found))
    else:
        _show(done.found, variant)


def _show(found: LockedPlan | BuiltImage | Sizes, variant: str) -> None:
    from voidgen.cli import tables  # noqa: PLC0415
    from voidgen.image.sizes import Sizes  # noqa: PLC0415
    from voidgen.show.run import LockedPlan  # noqa: PLC0415

    if isinstance(found, LockedPlan):
        tables.plan(found.plan, found.inputs, found.packages)
    elif isinstance(found, Sizes):
        tables.sizes(found, variant)
    else:
        tables.built(found)


def _data(found: LockedPlan | BuiltImage | Sizes) -> Any:
    """Return what was found as data for a program (docs/reference/manifest.md, sizes.md)."""
    from voidgen.image.sizes import Sizes  # noqa: PLC0415
    from voidgen.schema import typed_json  # noqa: PLC0415
    from voidgen.show.run import LockedPlan  # noqa: PLC0415

    if isinstance(found, LockedPlan):
        lock = {
            "container": found.container,
            "packages": found.packages,
            "missing": found.missing,
        }
        inputs = typed_json.plain(found.inputs)
        return {**typed_json.plain(found.plan), "inputs": inputs, "lock": lock}
    if not isinstance(found, Sizes):
        return typed_json.plain(found)
    packages = [
        {"name": one.name, "closure": one.closure, "only": one.only, "shared": one.shared}
        for one in found.packages
    ]
    total = {"closure": found.closure, "only": found.only, "shared": found.shared}
    return {"packages": packages, "unknown": found.unknown, "total": total}
