"""What keeps a store path in the closure, and what would leave with it. Pure."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import networkx as nx
from attrs import frozen

from voidgen.graph.weigh import ABOVE, dominators, roots

if TYPE_CHECKING:
    from collections.abc import Iterable


@frozen
class Kept:
    """A store path of a closure; sizes are in bytes.

    ``closure`` is all that it needs, itself included. ``leaving`` are the paths that would go with
    it, largest first, without itself; ``share`` is the size of both. ``ways`` are the shortest ways
    to it from the top of the closure, at most as many as were asked for, and ``more`` says whether
    there are others. ``users`` refer to it.
    """

    path: str
    size: int
    closure: int
    share: int
    asked: tuple[str, ...]
    users: tuple[str, ...]
    leaving: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...]
    more: bool


def kept(graph: nx.DiGraph[str], paths: Iterable[str], limit: int) -> list[Kept]:
    """Return what the graph of a closure says of each of ``paths``, with at most ``limit`` ways."""
    below: nx.DiGraph[str] = nx.DiGraph((over, node) for node, over in dominators(graph).items())
    rooted: nx.DiGraph[str] = nx.DiGraph(graph.edges)
    rooted.add_edges_from((ABOVE, root) for root in roots(graph))
    found = []
    for path in paths:
        leaving = nx.descendants(below, path)
        # One way more than the limit shows whether there are others.
        ways = [*islice(nx.shortest_simple_paths(rooted, ABOVE, path), limit + 1)]
        found.append(
            Kept(
                path,
                _size(graph, [path]),
                _size(graph, {path, *nx.descendants(graph, path)}),
                _size(graph, {path, *leaving}),
                graph.nodes[path]["asked"],
                tuple(sorted(graph.predecessors(path))),
                tuple(sorted(leaving, key=lambda one: (-_size(graph, [one]), one))),
                tuple(tuple(way[1:]) for way in ways[:limit]),
                len(ways) > limit,
            )
        )
    return found


def _size(graph: nx.DiGraph[str], paths: Iterable[str]) -> int:
    return sum(int(graph.nodes[path]["size"]) for path in paths)
