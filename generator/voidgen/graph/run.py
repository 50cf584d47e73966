"""``voidgen graph``: draw the modules or the closure of a project. Prints nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from voidgen import config, project
from voidgen.errors import Fault, WrongInputError, did_you_mean
from voidgen.graph import data, dot, fold, mermaid, sources, text
from voidgen.image import built, freshness
from voidgen.schema.shown_json import to_shown_json

if TYPE_CHECKING:
    import networkx as nx

    from voidgen.progress import Progress

LARGEST, FOLDED = 60, 40
"""The largest number of nodes to draw unfolded, and about how many to draw of a larger graph."""

Kind = Literal["modules", "closure"]


@frozen
class Request:
    """A graph of an image, ``variant``, of the project in ``folder``, in a form.

    The forms are text, json, mermaid, dot, svg, png and pdf. ``focus`` is the name to draw, with
    what leads to it and what it needs. Nodes are folded that are more than ``depth`` steps away, or
    whose own size is less than ``min_size`` bytes. Without both, a picture of a large graph is
    folded by itself.
    """

    folder: Path
    kind: Kind
    form: str
    focus: str | None = None
    depth: int | None = None
    min_size: int | None = None
    variant: str = ""


@frozen
class Result:
    """The graph in its form; if it was folded by itself, ``drawn`` of its ``nodes``.

    ``doubt`` says why the closure may not be the one of the project's plan.
    """

    content: bytes
    nodes: int
    drawn: int | None = None
    doubt: Fault | None = None


def run(request: Request, progress: Progress) -> Result:
    """Return the graph. Raises WrongInputError if the closure is not built, or lacks the focus."""
    title, graph, doubt = _find(request, progress)
    if request.focus is not None:
        graph = _focus(graph, request.focus)
    nodes, drawn = len(graph), None
    if request.depth is not None or request.min_size is not None:
        graph = _fold(graph, request.depth, request.min_size)
    elif request.form != "json" and nodes > LARGEST:
        kept, least = fold.largest(graph, FOLDED)
        graph, drawn = fold.fold(graph, kept, least), len(kept)
    return Result(_form(graph, request.kind, title, request.form), nodes, drawn, doubt)


def _find(request: Request, progress: Progress) -> tuple[str, nx.DiGraph[str], Fault | None]:
    """Return the image's name, the graph, and a doubt about it."""
    if request.kind == "closure":
        result = config.result(request.folder, request.variant)
        image = built.read(result, request.variant)
        graph = sources.closure(image.packages, image.closure.store_paths)
        doubt = freshness.doubt_in(request.folder, image, result, progress, request.variant)
        return image.plan.image.name, graph, doubt
    found = project.load(request.folder).of(request.variant)
    return found.plan.config.image.name, sources.modules(found.plan), None


def _focus(graph: nx.DiGraph[str], name: str) -> nx.DiGraph[str]:
    names = fold.names(graph)
    if name not in names:
        remedy = did_you_mean(name, (known for known in names if "/" not in known))
        raise WrongInputError(Fault(f"nothing in the image has the name {name!r}", remedy=remedy))
    return fold.focus(graph, {*names[name]})


def _fold(graph: nx.DiGraph[str], depth: int | None, min_size: int | None) -> nx.DiGraph[str]:
    kept = {*graph.nodes}
    if depth is not None:
        kept &= fold.within(graph, depth)
    if min_size is not None:
        kept &= fold.bringing(graph, min_size) | fold.always(graph)
    return fold.fold(graph, kept, min_size or 0)


def _form(graph: nx.DiGraph[str], kind: str, title: str, form: str) -> bytes:
    """Return the graph in its form; pictures leave out redundant edges."""
    if form == "json":
        return to_shown_json(data.write(graph, kind, title))
    if kind == "closure":
        graph = fold.reduce(graph)
    if form == "mermaid":
        return mermaid.write(graph).encode()
    title = f"{title}: {kind}"
    if form == "text":
        return text.write(graph, title).encode()
    source = dot.write(graph, title)
    return source.encode() if form == "dot" else dot.draw(source, form, Path())
