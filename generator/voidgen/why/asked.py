"""Who asked for a thing of the plan, from voidgen.toml on. Pure."""

from __future__ import annotations

from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

import networkx as nx
from attrs import frozen

from voidgen.config.void_repositories import Void
from voidgen.overlay.asker import USER, Asker, module
from voidgen.overlay.given import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from voidgen.errors import Key
    from voidgen.overlay.paths import Entry
    from voidgen.overlay.resolution import Chosen
    from voidgen.plan.plan import Plan


@frozen
class Step:
    """``file`` asks at ``key`` for a thing; ``what`` says so in words."""

    file: Path
    key: Key
    what: str


@frozen
class Reason:
    """A thing of the plan, and for each asker the shortest way to it from voidgen.toml."""

    kind: str
    name: str
    about: str
    ways: tuple[tuple[Step, ...], ...]


def names(plan: Plan) -> set[str]:
    """Return all names that `reasons` knows."""
    found = plan.resolution
    return {
        *(one.name for one in (*found.nix, *found.xbps, *found.repositories)),
        *(one.name for one in found.services),
        *(one.module.name for one in found.modules),
        *(one.path for one in found.entries),
        plan.config.image.console().path,
        *(f"{one.module.name}.{name}" for one in found.modules for name in one.options),
    }


def reasons(plan: Plan, file: Path, name: str) -> list[Reason]:
    """Return everything with this name, of each kind; ``file`` is voidgen.toml."""
    return [*_Asked(plan, file).reasons(name)]


class _Asked:
    """The ways to each module, to which the modules' things are added."""

    def __init__(self, plan: Plan, file: Path) -> None:
        self.plan, self.file = plan, file
        self.void = Void.of(plan.config)
        self.modules = {one.module.name: one.module for one in plan.resolution.modules}
        graph: nx.DiGraph[Asker] = nx.DiGraph()
        graph.add_node(USER)
        for one in plan.resolution.modules:
            graph.add_edges_from((by, module(one.module.name)) for by in one.by)
        self.shortest = nx.single_source_shortest_path(graph, USER)

    def reasons(self, name: str) -> Iterator[Reason]:
        for one in self.plan.resolution.modules:
            if one.module.name == name:
                ways = tuple(self._way(name, by) for by in one.by)
                yield Reason("module", name, one.module.spec.summary, ways)
                yield from (self._option(one, option) for option in one.given)
            of, _, option = name.rpartition(".")
            if one.module.name == of and option in one.options:
                yield self._option(one, option)
        yield from self._packages(name)
        for service in self.plan.resolution.services:
            if service.name == name:
                what = f"enables service {name}"
                own = ("services", "enable")
                key = _item(own, self.plan.config.services.enable, name, self.void)
                ways = tuple(
                    (Step(self.file, key, what),)
                    if by == USER
                    else self._brought(by, ("services",), name, what)
                    for by in service.by
                )
                about = f"from {service.provider}" if service.provider else ""
                yield Reason("service", name, about, ways)
        for entry in self.plan.resolution.entries:
            if entry.path == name:
                yield self._path(entry)
        yield from self._console_keymap(name)

    def _option(self, chosen: Chosen, name: str) -> Reason:
        """Return who gives the option ``name`` of a module its value."""
        of, given, place = chosen.module.name, chosen.given.get(name), chosen.place(name)
        by = given.by if given else module(of)
        value = shown(chosen.options[name])
        what = f"{by} sets it" if given else f"its default is {value}"
        way = (*self._along(self.shortest[by]), Step(place.file, place.key, what))
        return Reason("option", f"{of}.{name}", value, (way,))

    def _path(self, entry: Entry) -> Reason:
        by = module(entry.module) if entry.module else USER
        last = Step(entry.file, entry.key, f"{by} gives {entry.path}")
        way = (*self._along(self.shortest[by]), last)
        return Reason("path", entry.path, f"from {by}", (way,))

    def _console_keymap(self, name: str) -> Iterator[Reason]:
        """Yield the reason for the keymap that Nix makes, unless a module has a file there."""
        image, entries = self.plan.config.image, self.plan.resolution.entries
        console = image.console()
        if console.made and name == console.path and all(one.path != name for one in entries):
            what = f"{name} is made for keymap {image.keymap}"
            yield Reason("path", name, "", ((Step(self.file, ("image", "keymap"), what),),))

    def _packages(self, name: str) -> Iterator[Reason]:
        found, nix, xbps = self.plan.resolution, self.plan.config.nix, self.plan.config.xbps
        for kind, asked, key, own, brought in (
            ("Nix package", found.nix, ("nix", "packages"), nix.packages, "nix"),
            ("Void package", found.xbps, ("xbps", "packages"), xbps.packages, "xbps"),
            (
                "Void repository", found.repositories, ("xbps", "repositories"),
                xbps.repositories, "repositories",
            ),
        ):  # fmt: skip
            thing = f"{kind} {name}"
            user = (Step(self.file, _item(key, own, name, self.void), f"asks for {thing}"),)
            for by in (one.by for one in asked if one.name == name):
                ways = tuple(
                    user
                    if asker == USER
                    else self._brought(asker, ("packages", brought), name, f"brings {thing}")
                    for asker in by
                )
                yield Reason(kind, name, self._set_of(name) if brought == "nix" else "", ways)

    def _set_of(self, name: str) -> str:
        """Return where a Nix package is from, if it is not from nixpkgs."""
        of = next((one.set for one in self.plan.packages if one.name == name), None)
        return f"from [nix.sets.{of}], {self.plan.config.nix.sets[of].source}" if of else ""

    def _way(self, name: str, by: Asker) -> tuple[Step, ...]:
        """Return the way to a module, through the module ``by`` that asks for it."""
        return self._along([*self.shortest[by], module(name)])

    def _along(self, chain: Sequence[Asker]) -> tuple[Step, ...]:
        steps = []
        for asker, asked in pairwise(chain):
            name = asked.name
            if asker == USER:
                own = self.plan.config.overlay.modules
                key = _item(("overlay", "modules"), own, name, self.void)
                steps.append(Step(self.file, key, f"asks for module {name}"))
            else:
                found = self.modules[asker.name]
                kind = "requires" if name in found.spec.requires else "recommends"
                key = _item((kind,), getattr(found.spec, kind), name, self.void)
                steps.append(Step(found.file, key, f"{asker} {kind} module {name}"))
        return tuple(steps)

    def _brought(self, by: Asker, key: Key, name: str, what: str) -> tuple[Step, ...]:
        """Return the way to a thing that a module lists at ``key``."""
        found = self.modules[by.name]
        own = attrgetter(".".join(map(str, key)))(found.spec)
        place = _item(key, own, name, self.void)
        return (*self._along(self.shortest[by]), Step(found.file, place, f"{by} {what}"))


def _item(key: Key, own: Sequence[str], name: str, void: Void) -> Key:
    """Return the key of the name in a list, or else that of the list itself."""
    for index, one in enumerate(own):
        if name in void.urls([one]):
            return (*key, index)
    return key
