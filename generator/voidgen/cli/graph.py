"""``voidgen graph``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voidgen.cli.complete import modules
from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    import networkx as nx

FORMATS = ("svg", "png", "dot", "mermaid", "json")
ENDINGS = {".gv": "dot", ".mmd": "mermaid"} | {f".{name}": name for name in FORMATS}
LARGEST, FOLDED = 60, 40
"""The largest number of nodes to draw unfolded, and about how many to draw of a larger graph."""


def _size(value: Any) -> int:
    """Return the bytes of a size as voidgen.toml takes it, or of 0."""
    from voidgen.config.rules import BYTE_SIZE  # noqa: PLC0415
    from voidgen.schema.structure import MisfitError  # noqa: PLC0415
    from voidgen.text import parse_size  # noqa: PLC0415

    if value in {0, "0"}:
        return 0
    try:
        return parse_size(BYTE_SIZE.check(value))
    except MisfitError as error:
        raise click.BadParameter(f"{error.what}{error.remedy and f': {error.remedy}'}") from None


@click.command("graph", cls=Command)
@click.argument("kind", type=click.Choice(("modules", "closure")), default="modules")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="The format; by default, the ending of FILE.",
)
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write to FILE."
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
@click.pass_obj
def command(
    settings: Settings,
    /,
    kind: str,
    form: str | None,
    output: Path | None,
    **wanted: Any,
) -> None:
    """Draw how the modules depend on each other, or the closure that is built.

    Steps count from the packages or modules that you asked for, or from NAME. SIZE is a size such
    as "10 MiB". A path's own size includes everything that only it pulls in. A picture of more than
    60 nodes is folded to about 40; use `--min-size 0` to draw them all.
    """
    from voidgen import project  # noqa: PLC0415

    by_name = ENDINGS.get(output.suffix.lower(), "svg") if output else "svg"
    form = settings.form(form, by_name)
    if kind == "modules" and wanted["min_size"] is not None:
        raise click.UsageError("--min-size is for the closure: modules have no size")
    if form == "png" and output is None and sys.stdout.isatty():
        raise click.UsageError("a PNG cannot be shown in a terminal: name a file with --output")
    folder = project.find(Path(settings.project))
    with settings.late(f"drawing the {kind}"):
        title, graph = _modules(folder) if kind == "modules" else _closure(folder)
        if wanted["focus"] is not None:
            graph = _focus(graph, wanted["focus"])
        if wanted["depth"] is not None or wanted["min_size"] is not None:
            graph = _fold(graph, wanted["depth"], wanted["min_size"])
        elif form != "json" and len(graph) > LARGEST:
            graph = _fold_unasked(graph, None if settings.quiet else kind)
        data = _form(graph, kind, title, form)
    _write(data, output)


def _fold(graph: nx.DiGraph[str], depth: int | None, min_size: int | None) -> nx.DiGraph[str]:
    """Fold the graph as the options say."""
    from voidgen.graph import fold  # noqa: PLC0415

    kept = {*graph.nodes}
    if depth is not None:
        kept &= fold.within(graph, depth)
    if min_size is not None:
        kept &= fold.bringing(graph, min_size) | fold.always(graph)
    return fold.fold(graph, kept, min_size or 0)


def _fold_unasked(graph: nx.DiGraph[str], kind: str | None) -> nx.DiGraph[str]:
    """Fold the graph to what a picture can show; with a ``kind``, print a message about it."""
    from voidgen.cli.report import say  # noqa: PLC0415
    from voidgen.graph import fold  # noqa: PLC0415

    kept, least = fold.largest(graph, FOLDED)
    if kind:
        what, remedy = {
            "closure": (
                "store paths",
                "`--min-size SIZE` to choose others, `--min-size 0` for all",
            ),
            "modules": ("modules", f"`--depth {len(graph)}` for all"),
        }[kind]
        drawn = f"drew {len(kept)} of {len(graph):,} {what}"
        say(
            f"{drawn}: those asked for, and those with the largest own size; the rest is folded",
            f"use `--focus NAME`, `--depth N` or {remedy}",
        )
    return fold.fold(graph, kept, least)


def _modules(folder: Path) -> tuple[str, nx.DiGraph[str]]:
    """Return the title and the graph."""
    from voidgen import project  # noqa: PLC0415
    from voidgen.graph import sources  # noqa: PLC0415

    image = project.load(folder)
    return image.plan.config.image.name, sources.modules(image.plan)


def _closure(folder: Path) -> tuple[str, nx.DiGraph[str]]:
    from voidgen.graph import built  # noqa: PLC0415

    return built.closure(folder / "result")


def _focus(graph: nx.DiGraph[str], name: str) -> nx.DiGraph[str]:
    from voidgen.errors import Fault, WrongInputError, did_you_mean  # noqa: PLC0415
    from voidgen.graph import fold  # noqa: PLC0415

    names = fold.names(graph)
    if name not in names:
        remedy = did_you_mean(name, (known for known in names if "/" not in known))
        raise WrongInputError(Fault(f"nothing has the name {name!r}", remedy=remedy))
    return fold.focus(graph, {*names[name]})


def _form(graph: nx.DiGraph[str], kind: str, title: str, form: str) -> bytes:
    """Return the graph in the chosen form; pictures leave out redundant edges."""
    from voidgen.graph import data, dot, fold, mermaid  # noqa: PLC0415
    from voidgen.schema.canonical_json import to_shown_json  # noqa: PLC0415

    if form == "json":
        return to_shown_json(data.write(graph, kind, title))
    if kind == "closure":
        graph = fold.reduce(graph)
    if form == "mermaid":
        return mermaid.write(graph).encode()
    source = dot.write(graph, f"{title}: {kind}")
    return source.encode() if form == "dot" else dot.draw(source, form, Path())


def _write(data: bytes, output: Path | None) -> None:
    from voidgen.system.files import write_atomically  # noqa: PLC0415

    if output is None:
        click.echo(data, nl=False)
    else:
        write_atomically(output, data)
