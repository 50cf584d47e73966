"""A graph in Mermaid, which forges draw in Markdown. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.graph.look import LEVELS, level, lines, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    import networkx as nx

MARKUP = re.compile(r"[^\w .,+/=?-]")
"""Characters that Mermaid might treat as its own; the others have no meaning inside quotes."""
ARROWS = {"after": "-.->", "through": "-.->", "folded": "-.-"}
MARKS = {
    "folded": "stroke-dasharray:4",
    "asked": "stroke:#000000,stroke-width:3px",
    "sought": "stroke:#000000,stroke-width:6px",
}


def write(graph: nx.DiGraph[str]) -> str:
    """Return the graph as a flowchart, from left to right."""
    return "".join(f"{line}\n" for line in _lines(graph))


def _lines(graph: nx.DiGraph[str]) -> Iterator[str]:
    yield "flowchart LR"
    every = total(graph)
    names = {node: f"n{number}" for number, node in enumerate(graph)}
    classes: dict[str, list[str]] = {}
    for node, data in graph.nodes.items():
        name = names[node]
        yield f'  {name}["{"<br/>".join(map(_text, lines(data)))}"]'
        marks = {
            f"size{level(data['size'], every)}": True,
            "folded": data["kind"] == "folded",
            "asked": bool(data["asked"]),
            "sought": data["sought"],
        }
        for mark in (mark for mark, there in marks.items() if there):
            classes.setdefault(mark, []).append(name)
    for user, needed, data in graph.edges(data=True):
        yield f"  {names[user]} {ARROWS.get(data['kind'], '-->')} {names[needed]}"
    looks = {
        f"size{index}": f"fill:{one.fill},color:{one.text},font-size:{one.font}px,stroke:#333333"
        for index, one in enumerate(LEVELS)
    } | MARKS
    for mark, look in looks.items():
        if mark in classes:
            yield f"  classDef {mark} {look}"
            yield f"  class {','.join(classes[mark])} {mark}"


def _text(line: str) -> str:
    """Return a line without markup."""
    return MARKUP.sub(lambda found: f"#{ord(found[0])};", line)
