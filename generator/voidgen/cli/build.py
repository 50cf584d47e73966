"""``voidgen build``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from voidgen.cli import variant as of_variant
from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from voidgen.build.run import Result
    from voidgen.generate.run import Result as Generated
    from voidgen.project import Project


@click.command("build", cls=Command)
@click.option(
    "--check", is_flag=True,
    help="Write and build nothing; exit 1 if the result is not what would be built.",
)  # fmt: skip
@click.option(
    "--force", is_flag=True, help="Overwrite files that voidgen did not write or that you edited."
)
@click.option("--offline", is_flag=True, help="Use no network: fetch and substitute nothing.")
@of_variant.argument
@click.pass_obj
def command(settings: Settings, variant: str, check: bool, force: bool, offline: bool) -> int:
    """Build the closure and the overlay into ./result, after generating.

    This is `voidgen generate` and then `nix build`, which you can also run by themselves. ./result
    is a link into the Nix store, which `voidgen show --built`, `why` and `graph closure` read. That
    of a variant is ./result-VARIANT.
    """
    from voidgen.build import run  # noqa: PLC0415
    from voidgen.cli import emitted  # noqa: PLC0415
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.generate import run as generate  # noqa: PLC0415

    project = settings.load().of(variant)
    if not check:
        # What stops the build does so before anything is written.
        run.ready(project)
    with settings.late("generating"):
        done = generate.run(generate.Request(project.folder, check=check, force=force))
    emitted.show_warnings(() if settings.json else done.warnings)
    if not settings.quiet and not settings.json and done.changes:
        emitted.show_changes(done.changes, "would be " if check else "")
    if check:
        return _check(settings, project, done)
    made = run.run(run.Request(project, offline=offline), settings.watcher())
    if settings.json:
        built = {"result": str(made.path), "current": made.current}
        result({**emitted.data(done), **built})
    elif not settings.quiet:
        _show(project, made)
    return 0


def _check(settings: Settings, project: Project, done: Generated) -> int:
    from voidgen.build import run  # noqa: PLC0415
    from voidgen.cli import emitted  # noqa: PLC0415
    from voidgen.cli.report import report, result  # noqa: PLC0415

    faults = run.outdated(project, settings.watcher())
    current = not (done.changes or faults)
    if settings.json:
        outdated = [one.what for one in faults]
        result({**emitted.data(done), "current": current, "outdated": outdated})
    else:
        report(faults)
        if current and not settings.quiet:
            click.echo(f"nothing to do: ./{project.result.name} is current")
    return 0 if current else 1


def _show(project: Project, made: Result) -> None:
    from voidgen.image import built  # noqa: PLC0415
    from voidgen.text import human_size, visible  # noqa: PLC0415

    for line in (*built.collisions(made.image), *made.unlocked):
        click.echo(visible(line))
    closure = made.image.closure
    size = f"{closure.count} store paths, {human_size(closure.nar_size)}"
    result, name = project.result.name, f" {project.name}" if project.name else ""
    state = f"nothing to do: ./{result} is current" if made.current else f"built ./{result}"
    click.echo(f"{state}  ({len(made.image.packages)} Nix packages, {size})")
    after = f"voidgen show --built{name}"
    if made.makes_iso:
        after = f"{'voidgen lock && ' if made.unlocked else ''}voidgen iso{name}"
    click.echo(f"next: {after}")
