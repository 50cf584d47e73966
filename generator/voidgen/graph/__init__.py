"""Graphs of modules and of the closure: made, folded to a readable size, and written.

A graph is a networkx DiGraph without circles; an edge leads from what needs something to what is
needed.
The attributes of a node:

- ``kind``: ``file`` (voidgen.toml), ``module``, ``path`` (of the Nix store) or ``folded``;
- ``label``: its name for a person, which may contain any character;
- ``about``: one more line about it, or "";
- ``size``: bytes that it has itself, before any compression; 0 for what has no size;
- ``count``: how many paths or modules it stands for: 1, except for folded nodes;
- ``asked``: the packages of the image whose output it is; for modules, whether voidgen.toml asks;
- ``sought``: whether it has the name that was looked for.

Edges have a ``kind``, too: ``reference``, ``asks``, ``requires``, ``after`` (order only),
``through`` (the way leads through folded nodes only) and ``folded`` (to such a node).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx


def add(graph: nx.DiGraph[str], node: str, kind: str, label: str, **more: object) -> None:
    """Add a node with all attributes; those that ``more`` lacks have no value."""
    nothing = {"about": "", "size": 0, "count": 1, "asked": (), "sought": False}
    graph.add_node(node, kind=kind, label=label, **nothing | more)
