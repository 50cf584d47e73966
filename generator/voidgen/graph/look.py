"""How nodes look, in every form of picture: text, weight and colour. Pure.

Nothing is told by colour alone: sizes are written, and what is asked for has a frame of its own.
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
    """How a node looks that has at least ``part`` of all bytes; ``font`` in points."""

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
"""Blues of ColorBrewer: lightness alone orders them, whatever colours an eye tells apart."""


def level(size: int, total: int) -> int:
    """The index of the first of `LEVELS` that a node of ``size`` bytes, of ``total``, reaches."""
    return next(index for index, one in enumerate(LEVELS) if size >= one.part * max(total, 1))


def lines(node: Mapping[str, Any]) -> list[str]:
    """What stands in a node: its name, and its size if it has one."""
    name = visible(node["label"])
    if node["kind"] == "folded":
        return [f"{name}, {human_size(node['size'])}" if node["size"] else name]
    return [name, human_size(node["size"])] if node["kind"] == "path" else [name]


def legend(graph: nx.DiGraph[str]) -> list[str]:
    """How the picture is read: what is in it, and no more."""
    nodes = [*graph.nodes.values()]
    edges = {data["kind"] for _, _, data in graph.edges(data=True)}
    found = {
        "double frame: asked for": any(node["asked"] for node in nodes),
        "thick frame: looked for": any(node["sought"] for node in nodes),
        "darker and larger: more bytes": any(node["size"] for node in nodes),
        "dashed arrow: order only": "after" in edges,
        "dashed arrow: by way of folded ones": "through" in edges,
        "dashed frame: folded; what the node it hangs on alone brings": "folded" in edges,
    }
    return [line for line, there in found.items() if there]


def total(graph: nx.DiGraph[str]) -> int:
    """Bytes of all nodes together."""
    return sum(int(data["size"]) for data in graph.nodes.values())


def visible(text: str) -> str:
    """``text`` on one line, with what no font has spelled out; XML could not hold it, either."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )
