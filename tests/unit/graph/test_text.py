"""The tree of text that `voidgen graph` draws."""

from itertools import pairwise

import networkx as nx

from voidgen.graph import add, text


def graph(*edges: str) -> "nx.DiGraph[str]":
    """Return a graph of edges such as "a b"."""
    made: nx.DiGraph[str] = nx.DiGraph()
    for edge in edges:
        for name in edge.split():
            add(made, name, "path", name, size=1, asked=("x",) if name == "b" else ())
        made.add_edge(*edge.split(), kind="reference")
    return made


def test_each_edge_has_a_line_and_needs_are_drawn_once() -> None:
    found = text.write(graph("a b", "a c", "b d", "c d", "d e"), "title")
    assert found.splitlines() == [
        "title",
        "a, 1 B",
        "├─ b, 1 B *",
        "│  └─ d, 1 B",
        "│     └─ e, 1 B",
        "└─ c, 1 B",
        "   └─ d, 1 B ^",
        "",
        "* asked for  ^ see above for what it needs",
    ]


def test_the_largest_and_the_folded_come_first_and_last() -> None:
    made = graph("a x", "a y", "a z")
    made.nodes["y"]["size"] = 2
    made.nodes["x"]["kind"] = "folded"
    rows = text.write(made, "title").splitlines()
    assert [row[3:4] for row in rows[2:]] == ["y", "z", "x"]


def test_order_only_is_left_out() -> None:
    made = graph("a b", "a c")
    made.add_edge("b", "c", kind="after")
    assert text.write(made, "title").count("c, 1 B") == 1


def test_a_long_way_is_drawn() -> None:
    names = [f"n{number}" for number in range(2000)]
    made = graph(*(f"{one} {other}" for one, other in pairwise(names)))
    assert text.write(made, "title").count("└─ ") == 1999
