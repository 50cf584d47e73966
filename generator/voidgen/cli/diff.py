"""``voidgen diff``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voidgen.cli.complete import sides as sides_of
from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from voidgen.diff.types import Diff


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
    from --save. With one argument, compares HEAD with it; with none, compares HEAD with your
    working tree. Nothing is built: voidgen compares closures that are in the Nix store.
    """
    from voidgen.diff import run  # noqa: PLC0415

    form = settings.form(form, "text")
    folder, progress = Path(settings.project), settings.watcher()
    if save:
        run.save(old, folder, save, progress)
        return
    diff = run.run(run.Request(folder, old, new, why=why), progress)
    _print(diff, form, by_size=sort == "size")
    if exit_code and diff:
        sys.exit(1)


def _print(diff: Diff, form: str, *, by_size: bool) -> None:
    if form == "text":
        from voidgen.cli import diff_text  # noqa: PLC0415

        diff_text.show(diff, by_size=by_size)
        return
    from voidgen.diff import as_json, html, markdown  # noqa: PLC0415

    dump = {"json": as_json.dump, "markdown": markdown.dump, "html": html.dump}[form]
    click.echo(dump(diff), nl=False)
