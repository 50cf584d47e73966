"""How nodes look, in every form of picture: text, weight and colour. Pure.

Colour never carries the meaning on its own: sizes are written, and what is asked for has its own
frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from voidgen.text import human_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    import networkx as nx


@frozen
class Level:
    """The look of a node that has at least ``part`` of all bytes; ``font`` in points."""

    part: float
    font: int
    fill: str
    text: str


LEVELS = (
    Level(0.10, 22, "#08306b", "#ffffff"),
    Level(0.03, 18, "#2171b5", "#ffffff"),
    Level(0.01, 15, "#6baed6", "#000000"),
    Level(0.003, 12, "#c6dbef", "#000000"),
    Level(0.0, 10, "#f7fbff", "#000000"),
)
"""Blues of ColorBrewer: their lightness orders them, even for people who see no colours."""


def level(size: int, total: int) -> int:
    """Return the index of the first of `LEVELS` that ``size`` bytes of ``total`` reach."""
    return next(index for index, one in enumerate(LEVELS) if size >= one.part * max(total, 1))


def lines(node: Mapping[str, Any]) -> list[str]:
    """Return the text of a node: its name, and its size if it has one."""
    name = visible(node["label"])
    if node["kind"] == "folded":
        return [f"{name}, {human_size(node['size'])}" if node["size"] else name]
    return [name, human_size(node["size"])] if node["kind"] == "path" else [name]


def legend(graph: nx.DiGraph[str]) -> list[str]:
    """Return how to read the picture: a line for each sign that it has."""
    nodes = [*graph.nodes.values()]
    edges = {data["kind"] for _, _, data in graph.edges(data=True)}
    found = {
        "double frame: asked for": any(node["asked"] for node in nodes),
        "thick frame: looked for": any(node["sought"] for node in nodes),
        "darker and larger: more bytes": any(node["size"] for node in nodes),
        "dashed arrow: order only": "after" in edges,
        "dashed arrow: through folded nodes": "through" in edges,
        "dashed frame: folded; only the node above needs it": "folded" in edges,
    }
    return [line for line, there in found.items() if there]


def total(graph: nx.DiGraph[str]) -> int:
    """Return the bytes of all nodes together."""
    return sum(int(data["size"]) for data in graph.nodes.values())


def visible(text: str) -> str:
    """Return ``text`` on one line, with unprintable characters (invalid in XML) spelled out."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )
