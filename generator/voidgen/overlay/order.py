"""The order of modules."""

from __future__ import annotations

import heapq
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from voidgen.errors import Fault, raise_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from voidgen.overlay.types import Catalogue, Module, ModuleFile


def in_order(names: Iterable[str], catalogue: Catalogue) -> list[Module]:
    """Order modules: each comes after those that it requires, recommends or names in ``after``.

    Ties are broken by name. Raises WrongInputError if modules form a circle.
    """
    before = _before(names, catalogue)
    sorter = TopologicalSorter(before)
    try:
        sorter.prepare()
    except CycleError:
        raise_all(_circles(before, catalogue))
    order: list[Module] = []
    ready: list[str] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, name)
        first = heapq.heappop(ready)
        order.append(catalogue[first])
        sorter.done(first)
    return order


def _before(names: Iterable[str], catalogue: Catalogue) -> Mapping[str, Sequence[str]]:
    """Return the names of the modules that come before each module."""
    specs = {name: catalogue[name].spec for name in names}
    return {
        name: [other for other in (*spec.requires, *spec.recommends, *spec.after) if other in specs]
        for name, spec in specs.items()
    }


def _circles(before: Mapping[str, Sequence[str]], catalogue: Catalogue) -> Iterator[Fault]:
    """Yield one cycle for each strongly connected component, from its first name on."""
    # Imported only for faults: it would take a quarter of the time of a short command.
    import networkx as nx  # noqa: PLC0415

    graph: nx.DiGraph[str] = nx.DiGraph(before)
    for knot in sorted(nx.strongly_connected_components(graph), key=min):
        first = min(knot)
        if len(knot) == 1 and not graph.has_edge(first, first):
            continue
        inside: nx.DiGraph[str] = nx.DiGraph(graph.subgraph(knot))
        cycle = [name for name, _ in nx.find_cycle(inside, first)]
        start = cycle.index(min(cycle))
        cycle = [*cycle[start:], *cycle[:start]]
        steps = [
            f"{name!r} {_why_after(catalogue[name].spec, after)} {after!r}"
            for name, after in zip(cycle, [*cycle[1:], cycle[0]], strict=True)
        ]
        yield Fault(
            f"these modules form a circle: {', '.join(steps)}",
            catalogue[cycle[0]].file,
            remedy="remove one of these requirements",
        )


def _why_after(spec: ModuleFile, other: str) -> str:
    if other in spec.requires:
        return "requires"
    return "recommends" if other in spec.recommends else "comes after"
