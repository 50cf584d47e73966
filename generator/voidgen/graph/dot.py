"""A graph in DOT, the language of graphviz, and as a picture drawn by graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import graphviz

from voidgen.graph.look import LEVELS, legend, level, lines, total, visible
from voidgen.system import process

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import networkx as nx

FONT = "Helvetica,Arial,sans-serif"
DASHED = ("after", "through", "folded")
LARGE = 500
"""Above this number of nodes, graphviz places them faster and less carefully."""
HASTE = {"nslimit": "1", "nslimit1": "1", "mclimit": "0.1"}


def write(graph: nx.DiGraph[str], title: str) -> str:
    """Return the graph in DOT, with its styles. Pure."""
    drawn = graphviz.Digraph(
        "voidgen",
        graph_attr={
            "label": _text([visible(title), *legend(graph)], "\\l"),
            "labelloc": "t", "labeljust": "l",
            "fontname": FONT, "fontsize": "14", "bgcolor": "#ffffff", "rankdir": "LR",
            "nodesep": "0.12", "ranksep": "1.0", **(HASTE if len(graph) > LARGE else {}),
        },
        node_attr={"shape": "box", "fontname": FONT, "margin": "0.12,0.06", "height": "0.3"},
        edge_attr={"color": "#333333", "arrowsize": "0.6"},
    )  # fmt: skip
    every = total(graph)
    names = {node: f"n{number}" for number, node in enumerate(graph)}
    for node, data in graph.nodes.items():
        drawn.node(names[node], **_style(data, every))
    for user, needed, data in graph.edges(data=True):
        style = {"style": "dashed", "color": "#999999"} if data["kind"] in DASHED else {}
        drawn.edge(names[user], names[needed], **style)
    source: str = drawn.source
    return source


def draw(source: str, form: str, folder: Path) -> bytes:
    """Draw DOT as ``svg``, ``png`` or ``pdf``; StepFailedError if graphviz is missing or fails."""
    return process.run(["dot", f"-T{form}"], cwd=folder, stdin=source.encode()).stdout


def _style(node: Mapping[str, Any], every: int) -> dict[str, str]:
    look = LEVELS[level(node["size"], every)]
    return {
        "label": _text(lines(node)),
        "tooltip": _text([_about(node)], ""),
        "style": "filled,rounded,dashed" if node["kind"] == "folded" else "filled",
        "fillcolor": look.fill,
        "fontcolor": look.text,
        "fontsize": str(look.font),
        "peripheries": "2" if node["asked"] else "1",
        "penwidth": "4" if node["sought"] else "1",
    }


def _about(node: Mapping[str, Any]) -> str:
    """Return a tooltip. A backslash is replaced: releases of graphviz unescape it differently."""
    return visible(node["about"] or node["label"]).replace("\\", "\N{REVERSE SOLIDUS OPERATOR}")


def _text(lines: Iterable[str], ending: str = "\\n") -> str:
    r"""Return lines of a label without markup: no escape, no entity, no HTML.

    ``ending`` sets them to the left (\l) or in the middle (\n).
    """
    escaped = (graphviz.escape(line.replace("&", "&amp;")) for line in lines)
    text: str = graphviz.nohtml("".join(f"{line}{ending}" for line in escaped))
    return text
