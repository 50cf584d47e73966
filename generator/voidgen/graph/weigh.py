"""What would leave a graph if one node did: what only it leads to (dominators). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

if TYPE_CHECKING:
    from collections.abc import Mapping

ABOVE = ""
"""Stands above all nodes that nothing leads to; no node has this name."""


def dominators(graph: nx.DiGraph[str]) -> dict[str, str]:
    """For each node the last one that all ways to it lead through: itself never, or `ABOVE`."""
    rooted: nx.DiGraph[str] = nx.DiGraph(graph.edges)
    rooted.add_edges_from((ABOVE, root) for root in roots(graph))
    if ABOVE not in rooted:
        return {}
    found = nx.immediate_dominators(rooted, ABOVE)
    # Some releases of networkx say that the start is dominated by itself, others do not name it.
    return {node: found[node] for node in graph}


def roots(graph: nx.DiGraph[str]) -> list[str]:
    """The nodes that nothing leads to."""
    return [node for node, users in graph.in_degree() if not users]


def shares(graph: nx.DiGraph[str], above: Mapping[str, str]) -> dict[str, int]:
    """Bytes that each node alone brings: itself, and all that only it leads to.

    ``above`` are the `dominators`. A node's share is never larger than that of its dominator.
    """
    found = {node: int(data["size"]) for node, data in graph.nodes.items()}
    for node in reversed(list(nx.topological_sort(graph))):
        if above[node] != ABOVE:
            found[above[node]] += found[node]
    return found
