"""``voidgen graph``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voidgen.cli import output as outputs
from voidgen.cli import variant as of_variant
from voidgen.cli.arguments import Argument
from voidgen.cli.complete import modules
from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from voidgen.graph.run import Kind, Result

FORMATS = ("text", "svg", "png", "pdf", "dot", "mermaid", "json")
ENDINGS = {
    ".txt": "text", ".svg": "svg", ".png": "png", ".pdf": "pdf", ".dot": "dot", ".gv": "dot",
    ".mmd": "mermaid", ".json": "json",
}  # fmt: skip
PICTURES = ("svg", "png", "pdf")


def _size(value: Any) -> int:
    """Return the bytes of a size as voidgen.toml takes it, or of 0."""
    from voidgen.config.rules import BYTE_SIZE  # noqa: PLC0415
    from voidgen.schema.rule import MisfitError  # noqa: PLC0415
    from voidgen.text import parse_size  # noqa: PLC0415

    if value in {0, "0"}:
        return 0
    try:
        return parse_size(BYTE_SIZE.check(value))
    except MisfitError as error:
        raise click.BadParameter(f"{error.what}{error.remedy and f': {error.remedy}'}") from None


@click.command("graph", cls=Command)
@click.argument(
    "kind",
    cls=Argument,
    about="What to draw (default: modules).",
    type=click.Choice(("modules", "closure")),
    default="modules",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="The format (default: from the ending of FILE, or text).",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to FILE. Its ending chooses the format: .svg, .png, .pdf, .dot, .mmd, .json, .txt.",
)
@click.option(
    "--depth",
    metavar="N",
    type=click.IntRange(min=0),
    help="Fold nodes that are more than N steps away.",
)
@click.option("--min-size", metavar="SIZE", type=_size, help="Fold paths whose own size is less.")
@click.option(
    "--focus",
    metavar="NAME",
    shell_complete=modules,
    help="Draw only NAME, what leads to it and what it needs.",
)
@of_variant.option
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - the options
    settings: Settings,
    kind: Kind,
    form: str | None,
    output: Path | None,
    depth: int | None,
    min_size: int | None,
    focus: str | None,
    variant: str,
) -> None:
    """Draw how the modules depend on each other, or the built closure.

    Without FILE, draws a tree of text. Pictures need the program dot of graphviz.

    Steps count from the packages or modules that you asked for, or from NAME. SIZE is a size such
    as "10 MiB". A path's own size includes everything that only it pulls in. voidgen folds a
    picture of more than 60 nodes to about 40; `--min-size 0` draws them all.
    """
    from voidgen import project  # noqa: PLC0415
    from voidgen.cli.report import warn  # noqa: PLC0415
    from voidgen.graph import run  # noqa: PLC0415

    form = outputs.form(settings, form, output, ENDINGS)
    outputs.refuse_terminal(form, output, *PICTURES)
    if kind == "modules" and min_size is not None:
        raise click.UsageError("--min-size is for the closure: modules have no size")
    folder = project.find(Path(settings.project))
    with settings.late(f"drawing the {kind}"):
        request = run.Request(folder, kind, form, focus, depth, min_size, variant)
        result = run.run(request, settings.watcher())
    if result.doubt:
        warn(result.doubt)
    if not settings.quiet:
        _show_folding(result, kind)
    content = _fitting(result.content) if form == "text" and output is None else result.content
    outputs.write(content, output)


def _fitting(content: bytes) -> bytes:
    """Return the lines of a text, shortened to the width of the terminal if there is one."""
    from voidgen.cli.rows import shorten, width  # noqa: PLC0415

    columns = width()
    if columns is None:
        return content
    return "".join(f"{shorten(line, columns)}\n" for line in content.decode().splitlines()).encode()


def _show_folding(result: Result, kind: Kind) -> None:
    """Print that the graph was folded, though the user did not ask for it."""
    from voidgen.cli.report import say  # noqa: PLC0415

    if result.drawn is None:
        return
    what, remedy = {
        "closure": ("store paths", "`--min-size SIZE` to choose others, `--min-size 0` for all"),
        "modules": ("modules", f"`--depth {result.nodes}` for all"),
    }[kind]
    drawn = f"drew {result.drawn} of {result.nodes:,} {what}"
    say(
        f"{drawn}: those asked for, and those with the largest own size; the rest is folded",
        f"use `--focus NAME`, `--depth N` or {remedy}",
    )
