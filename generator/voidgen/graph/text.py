"""A graph as a tree of text, for a terminal. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voidgen.graph.look import lines
from voidgen.graph.weigh import roots

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import networkx as nx

ORDER = "after"
"""Edges of this kind say only in which order modules come: a tree does without them."""
BRANCHES = (("├─ ", "│  "), ("└─ ", "   "))
"""What precedes a node, and what precedes the nodes below it: of all but the last, and of it."""


def write(graph: nx.DiGraph[str], title: str) -> str:
    """Return a line for each edge, below what needs it; the largest come first.

    What a node needs itself is drawn once, where the node comes first.
    """
    rows = [title, *_rows(graph)]
    signs = {
        "* asked for": any(node["asked"] for node in graph.nodes.values()),
        "< looked for": any(node["sought"] for node in graph.nodes.values()),
        "^ see above for what it needs": any(row.endswith(" ^") for row in rows),
    }
    legend = "  ".join(sign for sign, there in signs.items() if there)
    return "".join(f"{row}\n" for row in (*rows, *(["", legend] if legend else [])))


def _rows(graph: nx.DiGraph[str]) -> Iterator[str]:
    drawn: set[str] = set()
    # Not recursive: a way through a closure may have hundreds of steps.
    waiting = _below(graph, roots(graph), "", first=True)
    while waiting:
        node, before, below = waiting.pop()
        needed = [other for other in graph[node] if graph.edges[node, other]["kind"] != ORDER]
        again = node in drawn and bool(needed)
        yield f"{before}{_text(graph.nodes[node])}{' ^' if again else ''}"
        if not again:
            waiting += _below(graph, needed, below)
        drawn.add(node)


def _below(
    graph: nx.DiGraph[str], nodes: list[str], before: str, *, first: bool = False
) -> list[tuple[str, str, str]]:
    """Return nodes, last first, with what precedes their line and those below them."""
    found = []
    for node in sorted(nodes, key=lambda node: _place(graph.nodes[node])):
        own, below = ("", "") if first else BRANCHES[0]
        found.append((node, before + own, before + below))
    if found and not first:
        own, below = BRANCHES[1]
        found[-1] = (found[-1][0], before + own, before + below)
    return found[::-1]


def _place(node: Mapping[str, Any]) -> tuple[bool, int, str]:
    return (node["kind"] == "folded", -node["size"], node["label"])


def _text(node: Mapping[str, Any]) -> str:
    marks = f"{' *' if node['asked'] else ''}{' <' if node['sought'] else ''}"
    return f"{', '.join(lines(node))}{marks}"
