"""A graph as data for a program (docs/reference/graph.md). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voidgen.graph.weigh import dominators, shares

if TYPE_CHECKING:
    import networkx as nx

VERSION = 1


def write(graph: nx.DiGraph[str], kind: str, name: str) -> dict[str, Any]:
    """Return the graph with all that is known of it; ``kind`` and ``name`` say what it shows."""
    share = shares(graph, dominators(graph))
    return {
        "version": VERSION,
        "kind": kind,
        "name": name,
        "nodes": [
            {"id": node, "share": share[node]} | data for node, data in sorted(graph.nodes.items())
        ],
        "edges": [
            {"from": user, "to": needed} | graph.edges[user, needed]
            for user, needed in sorted(graph.edges)
        ],
    }
