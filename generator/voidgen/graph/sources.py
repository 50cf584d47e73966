"""Make graphs: of the plan's modules, and of the closure of a built image. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from voidgen.graph import add
from voidgen.overlay.asker import USER, module

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voidgen.image.closure import Package
    from voidgen.nix.closure import StorePath
    from voidgen.plan.plan import Plan

HASH = len("0123456789abcdfghijklmnpqrsvwxyz-")
"""Length of what precedes the name of a store path."""


def modules(plan: Plan) -> nx.DiGraph[str]:
    """Return the image's modules, below the voidgen.toml that asks for them."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    chosen = {one.module.name: one for one in plan.resolution.modules}
    add(graph, str(USER), "file", str(USER), about=plan.config.image.title)
    for name, one in chosen.items():
        asked = (str(USER),) if USER in one.by else ()
        about = one.module.spec.summary
        add(graph, _module(name), "module", name, about=about, asked=asked)
        if asked:
            graph.add_edge(str(USER), _module(name), kind="asks")
    for name, one in chosen.items():
        for other in one.module.spec.after:
            if other in chosen:
                graph.add_edge(_module(name), _module(other), kind="after")
        for other in one.module.spec.recommends:
            if other in chosen:
                graph.add_edge(_module(name), _module(other), kind="recommends")
        # Last, because what is required also comes before.
        for other in one.module.spec.requires:
            graph.add_edge(_module(name), _module(other), kind="requires")
    return graph


def closure(packages: Iterable[Package], closure: Mapping[str, StorePath]) -> nx.DiGraph[str]:
    """Return the store paths of a built image and their references, except those to themselves.

    The profile refers only to the packages that were asked for, not to what these refer to.
    """
    asked: dict[str, list[str]] = {}
    for package in packages:
        for path in package.outputs.values():
            asked.setdefault(path, []).append(package.name)
    graph: nx.DiGraph[str] = nx.DiGraph()
    paths = sorted(closure.items())
    for path, one in paths:
        names = tuple(asked.get(path, ()))
        add(graph, path, "path", label(path), about=path, size=one.size, asked=names)
    used = {other for path, one in paths for other in one.references if other != path}
    profiles = graph.nodes - used - asked.keys()
    # A profile also links to packages that others propagate.
    brought = {
        other for path, one in paths if path not in profiles for other in one.references
    } - asked.keys()
    for path, one in paths:
        for other in sorted(one.references):
            if other != path and not (path in profiles and other in brought):
                graph.add_edge(path, other, kind="reference")
    return graph


def label(path: str) -> str:
    """Return the name of a store path, without its hash."""
    return path.rpartition("/")[2][HASH:] or path


def _module(name: str) -> str:
    """Return the node of a module, which may have the same name as a file."""
    return str(module(name))
