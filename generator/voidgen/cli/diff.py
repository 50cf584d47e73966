"""``voidgen diff``."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voidgen.cli import output as outputs
from voidgen.cli import rows, styled
from voidgen.cli.arguments import Argument
from voidgen.cli.complete import sides as sides_of
from voidgen.cli.settings import Command, Settings
from voidgen.diff import order

if TYPE_CHECKING:
    from typing import TextIO

    from voidgen.cli.styled import Color
    from voidgen.diff.order import Order
    from voidgen.diff.types import Diff


ENDINGS = {
    ".txt": "text", ".json": "json", ".md": "markdown", ".html": "html", ".htm": "html",
}  # fmt: skip


@click.command("diff", cls=Command)
@click.argument(
    "old",
    cls=Argument,
    about="What to compare (default: HEAD).",
    required=False,
    shell_complete=sides_of,
)
@click.argument(
    "new",
    cls=Argument,
    about="What to compare OLD with (default: the project as it is now).",
    required=False,
    shell_complete=sides_of,
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to FILE. Its ending chooses the format: .txt, .json, .md or .html.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown", "html"]),
    help="The format (default: from the ending of FILE, or text).",
)
@click.option(
    "--sort",
    type=click.Choice(order.ORDERS),
    default=order.ORDERS[0],
    help="The order of packages (default: what matters most comes first).",
)
@click.option(
    "--color",
    type=click.Choice(styled.COLORS),
    default=styled.COLORS[0],
    help="Whether text has colours (default: on a terminal).",
)
@click.option("--why", is_flag=True, help="Show what needs each package, and why it was rebuilt.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there is a difference.")
@click.option(
    "--save",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save OLD (or the project) in FILE instead of comparing.",
)
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - the options
    settings: Settings,
    old: str | None,
    new: str | None,
    output: Path | None,
    form: str | None,
    sort: Order,
    color: Color,
    why: bool,
    exit_code: bool,
    save: Path | None,
) -> None:
    """Show what differs between two images, or what you changed.

    Reads its arguments as `git diff` does: with none, compares HEAD with the project as it is
    now; with one, compares OLD with the project as it is now; with two, OLD with NEW. OLD..NEW
    are two revisions, and OLD...NEW is what NEW changed since it left OLD.

    OLD and NEW can be git revisions of the project, projects, flake references, lock files, results
    of `nix build`, store paths, ISOs, or snapshots from --save. Nothing is built: voidgen compares
    closures that are in the Nix store.
    """
    from voidgen.cli.report import warn  # noqa: PLC0415
    from voidgen.diff import run  # noqa: PLC0415

    form = outputs.form(settings, form, output, ENDINGS)
    outputs.refuse_terminal(form, output, "html")
    folder, progress = Path(settings.project), settings.watcher()
    if save:
        _refuse_with_save(new, output)
        run.save(old, folder, save, progress)
        return
    request = run.Request(folder, old, new, why=why)
    diff = order.arranged(run.run(request, progress), sort)
    if fault := run.doubt(request, progress):
        warn(fault)
    if form == "text" and output is None:
        _show(diff, rows.width(), color)
    else:
        outputs.write(_dumped(diff, form, color), output)
    if exit_code and diff:
        raise click.exceptions.Exit(1)


def _refuse_with_save(new: str | None, output: Path | None) -> None:
    if new is not None or output is not None:
        one = "NEW" if new is not None else "--output"
        raise click.UsageError(f"--save writes only OLD: leave out {one}")


def _show(diff: Diff, columns: int | None, color: Color, file: TextIO | None = None) -> None:
    from voidgen.cli import diff_text  # noqa: PLC0415

    diff_text.title(diff, columns, color, file)
    diff_text.show(diff, columns, color, file)


def _dumped(diff: Diff, form: str, color: Color) -> bytes:
    """Return the diff in its form."""
    if form == "text":
        text = io.StringIO()
        _show(diff, None, color, text)
        return text.getvalue().encode()
    from voidgen.diff import as_json, html, markdown  # noqa: PLC0415

    if form == "json":
        return as_json.dump(diff)
    return (html.dump if form == "html" else markdown.dump)(diff).encode()
