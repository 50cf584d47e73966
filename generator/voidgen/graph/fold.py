"""Make graphs small enough to read. Pure: each function returns another graph."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import networkx as nx

from voidgen.graph import add
from voidgen.graph.weigh import ABOVE, dominators, roots, shares

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

VERSION = re.compile(r"-[^a-zA-Z].*", re.DOTALL)
"""Where the version begins in a store name, by Nix's rule (builtins.parseDrvName)."""


def names(graph: nx.DiGraph[str]) -> dict[str, list[str]]:
    """Return the nodes by name: an identifier, a label, one without version, a package."""
    found: dict[str, list[str]] = {}
    for node, data in graph.nodes.items():
        asked = data["asked"] if data["kind"] == "path" else ()
        for name in {node, data["label"], VERSION.sub("", data["label"]), *asked}:
            found.setdefault(name, []).append(node)
    return found


def focus(graph: nx.DiGraph[str], sought: AbstractSet[str]) -> nx.DiGraph[str]:
    """Return the nodes ``sought``, marked, with all that leads to them and all that they need."""
    near = set(sought)
    for node in sought:
        near |= nx.ancestors(graph, node) | nx.descendants(graph, node)
    found = _part(graph, near)
    for node in sought:
        found.nodes[node]["sought"] = True
    return found


def always(graph: nx.DiGraph[str]) -> set[str]:
    """Return what is never folded: what was looked for or asked for, and what nothing leads to."""
    marked = {node for node, data in graph.nodes.items() if data["sought"] or data["asked"]}
    return marked.union(roots(graph))


def within(graph: nx.DiGraph[str], depth: int) -> set[str]:
    """Return the nodes at most ``depth`` steps up or down from what was looked for.

    If nothing was looked for, count steps down from what is `always` there. Nodes that are `always`
    there are part of the result in both cases.
    """
    near = always(graph)
    sought = {node for node, data in graph.nodes.items() if data["sought"]}
    ways = [graph, graph.reverse(copy=False)] if sought else [graph]
    start = sought or {*near}
    for way in ways:
        for steps, layer in enumerate(nx.bfs_layers(way, start)):
            if steps > depth:
                break
            near.update(layer)
    return near


def bringing(graph: nx.DiGraph[str], least: int) -> set[str]:
    """Return the nodes whose own size, with what only they lead to, is at least ``least`` bytes."""
    return {node for node, share in shares(graph, dominators(graph)).items() if share >= least}


def largest(graph: nx.DiGraph[str], limit: int) -> tuple[set[str], int]:
    """Return what is `always` there, and the others with the largest own sizes.

    Returns at most ``limit`` nodes together, but always half as many others. The number is the own
    size, in bytes, of the smallest of the others.
    """
    kept = always(graph)
    share = shares(graph, dominators(graph))
    rest = sorted(graph.nodes - kept, key=lambda node: (-share[node], node))
    chosen = rest[: max(limit - len(kept), limit // 2)]
    return kept.union(chosen), min((share[node] for node in chosen), default=0)


def fold(graph: nx.DiGraph[str], kept: AbstractSet[str], least: int = 0) -> nx.DiGraph[str]:
    """Fold all nodes except ``kept`` into nodes that show how many they are, and how large.

    A folded node hangs below the last kept node that all ways to it lead through. If it has less
    than ``least`` bytes, it joins the folded node of the next kept node above. Kept nodes reach the
    same kept nodes as before, and the sizes of all nodes have the same sum.
    """
    folded = _part(graph, kept)
    for user, needed in _through(graph, kept):
        if not graph.has_edge(user, needed):
            folded.add_edge(user, needed, kind="through")
    for parent, (count, size) in sorted(_hanging(graph, kept, least).items()):
        node = f"folded below {parent}"
        add(folded, node, "folded", f"{count:,} more", size=size, count=count)
        if parent != ABOVE:
            folded.add_edge(parent, node, kind="folded")
    return folded


def _hanging(
    graph: nx.DiGraph[str], kept: AbstractSet[str], least: int
) -> dict[str, tuple[int, int]]:
    """Return count and bytes of what is folded below each kept node, or below `ABOVE`."""
    above = dominators(graph)
    home: dict[str, str] = {}
    counts, sizes = Counter[str](), Counter[str]()
    order = list(nx.topological_sort(graph))
    for node in order:
        parent = above[node]
        home[node] = parent if parent in kept else home.get(parent, ABOVE)
        if node not in kept:
            counts[home[node]] += graph.nodes[node]["count"]
            sizes[home[node]] += graph.nodes[node]["size"]
    for node in reversed(order):
        if node in counts and sizes[node] < least and home[node] != ABOVE:
            counts[home[node]] += counts.pop(node)
            sizes[home[node]] += sizes.pop(node)
    return {parent: (counts[parent], sizes[parent]) for parent in counts}


def reduce(graph: nx.DiGraph[str]) -> nx.DiGraph[str]:
    """Return the graph without redundant edges: each node reaches the same ones."""
    fewer = _part(graph, graph.nodes)
    fewer.remove_edges_from(graph.edges - nx.transitive_reduction(graph).edges)
    return fewer


def _part(graph: nx.DiGraph[str], nodes: AbstractSet[str]) -> nx.DiGraph[str]:
    """Return a subgraph in the graph's order; networkx's own has the order of a set."""
    part: nx.DiGraph[str] = nx.DiGraph()
    part.add_nodes_from((node, {**data}) for node, data in graph.nodes.items() if node in nodes)
    part.add_edges_from(edge for edge in graph.edges(data=True) if {*edge[:2]} <= nodes)
    return part


def _through(graph: nx.DiGraph[str], kept: AbstractSet[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of kept nodes that a way through folded nodes connects."""
    found: dict[str, set[str]] = {}
    for node in reversed(list(nx.topological_sort(graph))):
        needed = [other for other in graph[node] if other not in kept]
        beyond = set[str]().union(*(found[other] for other in needed))
        if node in kept:
            yield from ((node, other) for other in sorted(beyond))
        else:
            found[node] = beyond.union(other for other in graph[node] if other in kept)
