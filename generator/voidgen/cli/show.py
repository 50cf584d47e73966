"""``voidgen show``."""

from __future__ import annotations

from pathlib import Path

import click

from voidgen.cli.settings import Command, Settings


@click.command("show", cls=Command)
@click.option("--built", is_flag=True, help="Show what `nix build` built, from ./result.")
@click.option(
    "--sizes", "as_sizes", is_flag=True, help="Show how much room each Nix package takes."
)
@click.pass_obj
def command(settings: Settings, built: bool, as_sizes: bool) -> None:
    """Show the plan: everything that the image will have, and who asked for it."""
    from voidgen import project  # noqa: PLC0415

    folder = project.find(Path(settings.project))
    if as_sizes:
        _sizes(settings, folder, built=built)
    elif built:
        _built(settings, folder)
    else:
        _plan(settings, folder)


def _plan(settings: Settings, folder: Path) -> None:
    from voidgen import project  # noqa: PLC0415
    from voidgen.lock import state  # noqa: PLC0415
    from voidgen.plan import render  # noqa: PLC0415

    with settings.late("reading the project"):
        image = project.load(folder)
        found = state.read(image)
        plan = render.document(image.plan, image.overlay)
    packages = found.lock.xbps.packages if found.lock and found.lock.xbps else ()
    versions = {one.name: one.version for one in packages}
    if not settings.json:
        from voidgen.cli import tables  # noqa: PLC0415

        tables.plan(plan, found.inputs, versions)
        return
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.schema import typed_json  # noqa: PLC0415

    lock = {
        "container": found.lock.container if found.lock else "",
        "packages": versions,
        "missing": state.unlocked(image, found),
    }
    result({**typed_json.plain(plan), "inputs": typed_json.plain(found.inputs), "lock": lock})


def _built(settings: Settings, folder: Path) -> None:
    from voidgen.image import built as built_image  # noqa: PLC0415

    image = built_image.read(folder / "result")
    if settings.json:
        from voidgen.cli.report import result  # noqa: PLC0415
        from voidgen.schema import typed_json  # noqa: PLC0415

        result(typed_json.plain(image))
    else:
        from voidgen.cli import tables  # noqa: PLC0415

        tables.built(image)


def _sizes(settings: Settings, folder: Path, *, built: bool) -> None:
    """Print the sizes of ./result, or of what the store has (docs/reference/sizes.md)."""
    if built:
        from voidgen.image import built as built_image  # noqa: PLC0415

        found = built_image.read(folder / "result").sizes
    else:
        from voidgen import project  # noqa: PLC0415
        from voidgen.image import store_sizes  # noqa: PLC0415

        found = store_sizes.find(project.load(folder), settings.watcher())
    if not settings.json:
        from voidgen.cli import tables  # noqa: PLC0415

        tables.sizes(found)
        return
    from voidgen.cli.report import result  # noqa: PLC0415

    packages = [
        {"name": one.name, "closure": one.closure, "only": one.only, "shared": one.shared}
        for one in found.packages
    ]
    total = {"closure": found.closure, "only": found.only, "shared": found.shared}
    result({"packages": packages, "unknown": found.unknown, "total": total})
