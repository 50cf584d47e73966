"""``voidgen diff``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voidgen.cli.complete import sides as sides_of
from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from voidgen.diff.types import Diff
    from voidgen.image.evaluation import Selection
    from voidgen.image.snapshot import Snapshot


@click.command("diff", cls=Command)
@click.argument("old", required=False, shell_complete=sides_of)
@click.argument("new", required=False, shell_complete=sides_of)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown", "html"]),
    help="The format (default: text).",
)
@click.option(
    "--sort", type=click.Choice(["name", "size"]), default="name", help="The order of packages."
)
@click.option("--why", is_flag=True, help="Show what needs each package, and why it was rebuilt.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there is a difference.")
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save OLD in a file instead of comparing.",
)
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - the options
    settings: Settings,
    old: str | None,
    new: str | None,
    form: str | None,
    sort: str,
    why: bool,
    exit_code: bool,
    save: Path | None,
) -> None:
    """Show what differs between two images.

    OLD and NEW can be projects, git revisions of the project (`main..` is main and the project as
    it is), flake references, lock files, results of `nix build`, store paths, ISOs, or snapshots
    from --save. With one argument, compares it with your working tree; with none, compares HEAD
    with your working tree. Nothing is built: voidgen compares closures that are in the Nix store.
    """
    from voidgen.diff import compare, sides  # noqa: PLC0415
    from voidgen.system.files import write_atomically  # noqa: PLC0415

    form = settings.form(form, "text")
    progress = settings.watcher()
    folder = Path(settings.project)
    evaluated: dict[str, Selection] = {}

    def read(side: str | None) -> Snapshot:
        with settings.late(f"reading {side or 'the project'}"):
            return sides.read(side or _project(folder), folder, evaluated, progress)

    if save:
        from voidgen.image import snapshot_file  # noqa: PLC0415

        write_atomically(save, snapshot_file.dump_to_share(read(old)))
        return
    before, after = map(read, _sides(old, new))
    with settings.late("comparing"):
        diff = compare.compare(before, after)
        if why:
            diff = _explained(diff, after)
        _print(diff, form, by_size=sort == "size")
    if exit_code and diff:
        sys.exit(1)


def _project(folder: Path) -> str:
    from voidgen import project  # noqa: PLC0415

    return str(project.find(folder))


def _explained(diff: Diff, after: Snapshot) -> Diff:
    from voidgen.diff import reasons  # noqa: PLC0415
    from voidgen.errors import StepFailedError  # noqa: PLC0415
    from voidgen.nix import derivations, store_paths  # noqa: PLC0415

    try:
        derivers = store_paths.derivers(reasons.rebuilt(diff))
    except StepFailedError:
        derivers = {}  # Snapshots are compared without Nix, too: ways are known from them.
    return reasons.explain(diff, after, derivers, derivations.read)


def _print(diff: Diff, form: str, *, by_size: bool) -> None:
    if form == "text":
        from voidgen.cli import diff_text  # noqa: PLC0415

        diff_text.show(diff, by_size=by_size)
        return
    from voidgen.diff import as_json, html, markdown  # noqa: PLC0415

    dump = {"json": as_json.dump, "markdown": markdown.dump, "html": html.dump}[form]
    click.echo(dump(diff), nl=False)


def _sides(old: str | None, new: str | None) -> tuple[str, str]:
    """Return both sides; an empty one is the project as it is."""
    if new is not None:
        return old or "", new
    if old and ".." in old and not os.path.lexists(old):
        before, _, after = old.partition("..")
        return before or "HEAD", after
    return "HEAD", old or ""
