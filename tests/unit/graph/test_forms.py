"""The forms of graphs, with any characters in names."""

import json
import re
import subprocess
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.documents import STORE, built

from voidgen.graph import add, data, dot, mermaid, sources
from voidgen.graph.look import LEVELS, lines, visible
from voidgen.graph.weigh import dominators
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    Graph = nx.DiGraph[str]
else:
    # Only its types take one.
    Graph = nx.DiGraph

HOSTILE = [
    'quoted "name"', "\\", "\\\\", '\\"', "\\N \\G \\l\\n", "a\nb", "<b>bold</b>", "<<i>x</i>>",
    "&lt;", "&#38;", "&", "]", '"]; n0 --> n1', "%% no comment", "`**text**`", "#quot;", "#35;",
    "end", "node", "graph", "subgraph x", "a:b:c", "{a|b}", "style a:b#c;", "click n0 href", "\0",
    "\x1b[31m", "\ud800", "é 漢 🧊", "", " ", "-->", "x" * 300, "$$x$$", "%{init}%", "\u202eabc",
    "\N{LINE SEPARATOR}", "\N{NO-BREAK SPACE}", "</svg>", "'", "--", "->", "a;b", "@{shape: x}",
]  # fmt: skip


def named(*labels: str) -> Graph:
    """Return a chain of nodes with these labels."""
    graph: Graph = nx.DiGraph()
    for number, label in enumerate(labels):
        about = f"about {label}"
        add(graph, f"{number} {label}", "path", label, about=about, size=number, asked=(label,))
    graph.add_edges_from(pairwise(graph), kind="reference")
    return graph


def svg(graph: Graph, title: str) -> ET.Element:
    return ET.fromstring(dot.draw(dot.write(graph, title), "svg", Path()))  # noqa: S314


def texts(element: ET.Element) -> list[str]:
    """Return the lines of text, in which graphviz writes no-break spaces."""
    found = element.iter("{http://www.w3.org/2000/svg}text")
    return [(one.text or "").replace("\xa0", " ") for one in found]


def check_drawing(labels: list[str]) -> None:
    graph = named(*labels)
    picture = svg(graph, labels[0])
    groups = {
        one.findtext("{http://www.w3.org/2000/svg}title"): one
        for one in picture.iter("{http://www.w3.org/2000/svg}g")
        if one.get("class") == "node"
    }
    assert len(groups) == len(graph)
    for number, node in enumerate(graph.nodes.values()):
        expected = [line.replace("\xa0", " ") for line in lines(node)]
        found = texts(groups[f"n{number}"])
        # graphviz may leave out an empty line.
        assert [line for line in found if line.strip()] == [
            line for line in expected if line.strip()
        ]
        link = groups[f"n{number}"].find(".//{http://www.w3.org/2000/svg}a")
        assert link is not None
        title = link.get("{http://www.w3.org/1999/xlink}title", "").replace("\xa0", " ")
        assert title == visible(node["about"]).replace("\\", "\N{REVERSE SOLIDUS OPERATOR}")


def test_hostile_names_in_svg() -> None:
    check_drawing(HOSTILE)


@settings(max_examples=15)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=8))
def test_any_names_in_svg(labels: list[str]) -> None:
    check_drawing(labels)


def test_graphviz_reads_the_dot() -> None:
    graph = named(*HOSTILE)
    source = dot.write(graph, 'a "title"\n\\')
    argv = ["dot", "-Tdot_json"]
    done = subprocess.run(argv, input=source.encode(), capture_output=True, check=True)
    assert done.stderr == b""
    found = json.loads(done.stdout)
    assert [one["name"] for one in found["objects"]] == [f"n{one}" for one in range(len(graph))]
    assert [(one["tail"], one["head"]) for one in found["edges"]] == list(
        pairwise(range(len(graph)))
    )


NODE = re.compile(r'  (n\d+)\["((?:[\w .,+/=?-]|#\d+;|<br/>)*)"\]')
EDGE = re.compile(r"  (n\d+) (-->|-\.->|-\.-) (n\d+)")
CLASS = re.compile(r"  class n\d+(,n\d+)* [a-z]+\d?")
LOOK = re.compile(r"  classDef [a-z]+\d? [a-z]+[a-z-]*:[#\w]+(,[a-z-]+:[#\w]+)*")


def read(text: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return labels and edges of a flowchart, each of whose lines must be of a known form."""
    first, *rest = text.removesuffix("\n").split("\n")
    assert first == "flowchart LR"
    labels: dict[str, str] = {}
    edges = []
    for line in rest:
        if node := NODE.fullmatch(line):
            label = "\n".join(re.sub("#(\\d+);", "&#\\1;", part) for part in node[2].split("<br/>"))
            labels[node[1]] = unescape(label)
        elif edge := EDGE.fullmatch(line):
            edges.append((edge[1], edge[3]))
        else:
            assert CLASS.fullmatch(line) or LOOK.fullmatch(line), line
    return labels, edges


@given(st.lists(st.text(max_size=20) | st.sampled_from(HOSTILE), min_size=1, max_size=9))
def test_any_names_in_mermaid(names: list[str]) -> None:
    graph = named(*names)
    labels, edges = read(mermaid.write(graph))
    assert list(labels.values()) == ["\n".join(lines(node)) for node in graph.nodes.values()]
    assert edges == [(f"n{a}", f"n{b}") for a, b in pairwise(range(len(graph)))]


def test_json_has_the_names_unchanged() -> None:
    graph = named(*HOSTILE)
    found = data.write(graph, "closure", "name")
    assert {node["label"] for node in found["nodes"]} == set(HOSTILE)
    assert {(edge["from"], edge["to"]) for edge in found["edges"]} == set(graph.edges)


def test_colours_are_ordered_by_lightness_and_text_is_readable() -> None:
    light = [luminance(one.fill) for one in LEVELS]
    assert light == sorted(light)
    for one in LEVELS:
        low, high = sorted((luminance(one.fill), luminance(one.text)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, "WCAG AA"


def luminance(colour: str) -> float:
    """Return the relative luminance as WCAG 2 defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(
    "paths",
    [
        [{"path": f"{STORE}a", "narSize": 1, "references": [f"{STORE}b"]}],
        [{"path": f"{STORE}a", "narSize": 1}],
        [
            {"path": f"{STORE}a", "narSize": 1, "references": [f"{STORE}b"]},
            {"path": f"{STORE}b", "narSize": 1, "references": [f"{STORE}a"]},
        ],
    ],
    ids=["missing", "no references", "circle"],
)
def test_a_broken_closure_is_refused(paths: list[dict[str, object]]) -> None:
    with pytest.raises(GarbledError):
        built(paths=paths)


def test_propagated_packages_belong_to_the_package_that_propagates_them() -> None:
    needs = {"profile": "abp", "a": "p", "b": "", "p": ""}
    paths = [
        {"path": f"{STORE}{one}", "references": [f"{STORE}{other}" for other in others]}
        for one, others in needs.items()
    ]
    packages = [{"name": name, "outputs": {"out": f"{STORE}{name}"}} for name in "ab"]
    made = built(packages, paths)
    graph = sources.closure(made.packages, made.closure.store_paths)
    edges = [(one.removeprefix(STORE), other.removeprefix(STORE)) for one, other in graph.edges]
    assert sorted(edges) == [("a", "p"), ("profile", "a"), ("profile", "b")]
    assert dominators(graph)[f"{STORE}p"] == f"{STORE}a"
