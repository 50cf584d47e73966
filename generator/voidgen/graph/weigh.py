"""What would leave a graph with one node: what only it leads to (dominators). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

if TYPE_CHECKING:
    from collections.abc import Mapping

ABOVE = ""
"""Stands above all nodes that nothing leads to; no real node has this name."""


def dominators(graph: nx.DiGraph[str]) -> dict[str, str]:
    """Return for each node the last other node that all ways to it lead through, or `ABOVE`."""
    rooted: nx.DiGraph[str] = nx.DiGraph(graph.edges)
    rooted.add_edges_from((ABOVE, root) for root in roots(graph))
    if ABOVE not in rooted:
        return {}
    found = nx.immediate_dominators(rooted, ABOVE)
    # Some releases of networkx list the start as its own dominator, others leave it out.
    return {node: found[node] for node in graph}


def roots(graph: nx.DiGraph[str]) -> list[str]:
    """Return the nodes that nothing leads to."""
    return [node for node, users in graph.in_degree() if not users]


def shares(graph: nx.DiGraph[str], above: Mapping[str, str]) -> dict[str, int]:
    """Return each node's own size in bytes: itself, and all that only it leads to.

    ``above`` are the `dominators`. A node's share is never larger than that of its dominator.
    """
    found = {node: int(data["size"]) for node, data in graph.nodes.items()}
    for node in reversed(list(nx.topological_sort(graph))):
        if above[node] != ABOVE:
            found[above[node]] += found[node]
    return found
