"""``voidgen show``."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from voidgen.lock.types import Lock


@click.command("show", cls=Command)
@click.option("--built", is_flag=True, help="Show what `nix build` made, from ./result.")
@click.option("--sizes", "as_sizes", is_flag=True, help="Show what room each Nix package takes.")
@click.pass_obj
def command(settings: Settings, built: bool, as_sizes: bool) -> None:
    """Show the plan: all that the image will be, and who asked for it."""
    from voidgen import project  # noqa: PLC0415
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.image import built as built_image  # noqa: PLC0415

    folder = project.find(Path(settings.project))
    with settings.understood(built_image.fault(folder / "result")) if built else nullcontext():
        if as_sizes:
            data = _sizes(settings, folder, built=built)
        elif built:
            data = built_image.manifest(folder / "result")
        else:
            with settings.late("reading the project"):
                data = _plan(folder)
        if settings.json:
            result(data)
            return
        from voidgen.cli import tables  # noqa: PLC0415

        table = tables.sizes if as_sizes else tables.built if built else tables.plan
        table(data)


def _plan(folder: Path) -> dict[str, Any]:
    from voidgen import project  # noqa: PLC0415
    from voidgen.lock import state  # noqa: PLC0415
    from voidgen.plan import render  # noqa: PLC0415
    from voidgen.schema import canonical_json  # noqa: PLC0415

    image = project.load(folder)
    found = state.read(image)
    return render.manifest(image.plan, image.overlay) | {
        "inputs": [canonical_json.data(one) for one in found.inputs],
        "lock": _locked(found.lock) | {"missing": state.unlocked(image, found)},
    }


def _sizes(settings: Settings, folder: Path, *, built: bool) -> dict[str, Any]:
    """Of ./result, or of what the store has already; as docs/reference/sizes.md has it."""
    if built:
        from voidgen.image import built as built_image  # noqa: PLC0415
        from voidgen.image import sizes  # noqa: PLC0415

        found = sizes.of_image(built_image.manifest(folder / "result"))
    else:
        from voidgen import project  # noqa: PLC0415
        from voidgen.image import store_sizes  # noqa: PLC0415

        found = store_sizes.find(project.load(folder), settings.watcher())
    packages = [
        {"name": one.name, "closure": one.closure, "only": one.only, "shared": one.shared}
        for one in found.packages
    ]
    total = {"closure": found.closure, "only": found.only, "shared": found.shared}
    return {"packages": packages, "unknown": found.unknown, "total": total}


def _locked(lock: Lock | None) -> dict[str, Any]:
    """The container, and the version of every package of Void that is locked."""
    packages = lock.xbps.packages if lock and lock.xbps else ()
    return {
        "container": lock.container if lock else "",
        "packages": {one.name: one.version for one in packages},
    }
