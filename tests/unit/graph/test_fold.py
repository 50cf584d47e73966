"""Folding a graph, compared with the definition for each node."""

from itertools import product
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voidgen.graph import add, fold
from voidgen.graph.weigh import ABOVE, dominators, roots, shares

if TYPE_CHECKING:
    Graph = nx.DiGraph[str]
else:
    # Only its types take one.
    Graph = nx.DiGraph


@st.composite
def graphs(draw: st.DrawFn, largest: int = 10) -> Graph:
    """Draw a graph without cycles: each node leads only to later ones."""
    count = draw(st.integers(1, largest))
    graph: Graph = nx.DiGraph()
    for number in range(count):
        add(
            graph,
            f"n{number}",
            "path",
            f"label-{number}",
            size=draw(st.integers(0, 50)),
            asked=("package",) if draw(st.booleans()) else (),
        )
    for user, needed in product(range(count), repeat=2):
        if user < needed and draw(st.booleans()):
            graph.add_edge(f"n{user}", f"n{needed}", kind="reference")
    return graph


def sizes(graph: Graph) -> int:
    return sum(data["size"] for data in graph.nodes.values())


def reached(graph: Graph, nodes: set[str]) -> set[tuple[str, str]]:
    return {(a, b) for a, b in product(nodes, repeat=2) if a != b and nx.has_path(graph, a, b)}


@given(graphs(), st.sets(st.integers(0, 9)), st.integers(0, 100))
def test_kept_nodes_reach_the_same_nodes_and_sizes_add_up(
    graph: Graph, numbers: set[int], least: int
) -> None:
    kept = {f"n{number}" for number in numbers} & {*graph}
    folded = fold.fold(graph, kept, least)
    assert reached(folded, kept) == reached(graph, kept)
    assert sizes(folded) == sizes(graph)
    assert sum(data["count"] for data in folded.nodes.values()) == len(graph)
    more = {*folded} - kept
    assert all(folded.nodes[node]["kind"] == "folded" for node in more)
    for user, needed, data in folded.edges(data=True):
        assert (data["kind"] == "folded") == (needed in more)
        if data["kind"] == "reference":
            assert graph.has_edge(user, needed)


@given(graphs(), st.sets(st.integers(0, 9)))
def test_folded_nodes_are_below_the_node_that_all_paths_to_them_share(
    graph: Graph, numbers: set[int]
) -> None:
    kept = {f"n{number}" for number in numbers} & {*graph}
    hidden = {*graph} - kept
    expected: dict[str, int] = {}
    for node in hidden:
        over = [
            other
            for other in kept
            if nx.has_path(graph, other, node) and node in left_by(graph, other)
        ]
        # Of the nodes on all paths, the last one has the others as ancestors.
        last = max(over, key=lambda other: len(nx.ancestors(graph, other)), default=ABOVE)
        expected[f"folded below {last}"] = expected.get(f"folded below {last}", 0) + 1
    folded = fold.fold(graph, kept)
    assert expected == {node: folded.nodes[node]["count"] for node in {*folded} - kept}


def left_by(graph: Graph, gone: str) -> set[str]:
    """Return the nodes that become unreachable without ``gone``, itself included."""
    rest: Graph = nx.DiGraph(graph)
    rest.remove_node(gone)
    starts = [node for node in roots(graph) if node != gone]
    stay = set(starts).union(*(nx.descendants(rest, start) for start in starts))
    return {*graph} - stay


@given(graphs())
def test_a_share_is_the_size_of_what_only_the_node_needs(graph: Graph) -> None:
    found = shares(graph, dominators(graph))
    for node in graph:
        assert found[node] == sum(graph.nodes[other]["size"] for other in left_by(graph, node))


@given(graphs(), st.integers(0, 4))
def test_within_keeps_nodes_up_to_a_depth(graph: Graph, depth: int) -> None:
    near = fold.within(graph, depth)
    start = fold.always(graph)
    for node in graph:
        ways = [nx.single_source_shortest_path_length(graph, one) for one in start]
        assert (node in near) == (min(way[node] for way in ways if node in way) <= depth)


@given(graphs(), st.integers(0, 9))
def test_focus_keeps_ancestors_and_descendants(graph: Graph, number: int) -> None:
    name = f"n{number % len(graph)}"
    found = fold.focus(graph, {name})
    assert {*found} == {name} | nx.ancestors(graph, name) | nx.descendants(graph, name)
    assert [node for node, data in found.nodes.items() if data["sought"]] == [name]
    assert not any(data["sought"] for data in graph.nodes.values())
    near = fold.within(found, 1)
    assert near >= {name, *graph.predecessors(name), *graph.successors(name)}


@given(graphs(largest=12), st.integers(0, 12))
def test_largest_keeps_the_nodes_with_the_largest_shares(graph: Graph, limit: int) -> None:
    kept, least = fold.largest(graph, limit)
    start = fold.always(graph)
    share = shares(graph, dominators(graph))
    assert start <= kept
    assert len(kept) <= max(limit, len(start) + limit // 2)
    assert all(share[node] >= least for node in kept - start)
    if kept > start:
        assert all(share[node] <= least for node in {*graph} - kept)


@given(graphs())
def test_a_reduced_graph_has_fewer_edges_and_the_same_reachability(graph: Graph) -> None:
    fewer = fold.reduce(graph)
    nodes = {*graph}
    assert reached(fewer, nodes) == reached(graph, nodes)
    assert fewer.edges <= graph.edges
    assert dict(fewer.nodes) == dict(graph.nodes)


def test_small_folded_nodes_join_that_above() -> None:
    graph: Graph = nx.DiGraph()
    for name, size in (("root", 1), ("a", 10), ("b", 10), ("small", 2), ("large", 9)):
        add(graph, name, "path", name, size=size)
    edges = [("root", "a"), ("root", "b"), ("a", "small"), ("b", "large")]
    graph.add_edges_from(edges, kind="reference")
    folded = fold.fold(graph, {"root", "a", "b"}, 5)
    more = {node: data["label"] for node, data in folded.nodes.items() if data["kind"] == "folded"}
    assert more == {"folded below root": "1 more", "folded below b": "1 more"}


@pytest.mark.parametrize("name", ["hello-1.0-man", "hello", "greeting", "/nix/store/x-hello"])
def test_nodes_are_found_by_each_of_their_names(name: str) -> None:
    graph: Graph = nx.DiGraph()
    add(graph, "/nix/store/x-hello", "path", "hello-1.0-man", asked=("greeting",))
    assert fold.names(graph)[name] == ["/nix/store/x-hello"]


def test_an_empty_graph() -> None:
    graph: Graph = nx.DiGraph()
    assert dominators(graph) == {}
    assert len(fold.fold(graph, set())) == 0
    assert len(fold.reduce(graph)) == 0
