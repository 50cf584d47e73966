"""Which packages differ between two closures. Pure.

Store paths belong to one package if their names differ only in version and output. The version is
the one that a package asked for declares, and is read from the name for the others (`versions`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from attrs import field, frozen

from voidgen.diff import versions
from voidgen.nix.version import store_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from voidgen.diff.causes import Cause
    from voidgen.diff.versions import Named
    from voidgen.image.snapshot import Selected
    from voidgen.nix.closure import StorePath

    Derivers = Callable[[Collection[str]], Mapping[str, str]]
    """Returns the derivations of the store paths for which they are known."""


@frozen
class PackageChange:
    """A package that differs; its ``kind`` is one of `order.COUNTED`.

    ``old`` and ``new`` are its versions, sorted, with repetitions; if both sides have others of
    their own, without those that both have. Sizes are the bytes of its store paths. ``was_asked``
    and ``is_asked`` are whether a side asks for it. ``old_paths`` and ``new_paths`` are the store
    paths that only one side has, and ``old_outputs`` and ``new_outputs`` such outputs, if its kind
    is ``outputs``. ``way`` are the store names from a package asked for to one of the new paths.
    ``cause`` is why it was rebuilt (`reasons`).
    """

    kind: str
    name: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    old_size: int
    new_size: int
    was_asked: bool = False
    is_asked: bool = False
    old_paths: tuple[str, ...] = ()
    new_paths: tuple[str, ...] = ()
    old_outputs: tuple[str, ...] = ()
    new_outputs: tuple[str, ...] = ()
    way: tuple[str, ...] = ()
    cause: Cause | None = None

    @property
    def size(self) -> int:
        """Return the bytes added; negative if bytes were removed."""
        return self.new_size - self.old_size

    @property
    def selected(self) -> bool:
        """Return whether a side asks for it."""
        return self.was_asked or self.is_asked


@frozen
class Side:
    """A closure, and the packages in it that are asked for."""

    paths: Mapping[str, StorePath]
    selected: tuple[Selected, ...] = ()
    asked: frozenset[str] = field(init=False)
    """The store paths of ``selected``."""

    @asked.default
    def _(self) -> frozenset[str]:
        return frozenset(path for one in self.selected for path in one.outputs.values())


def unknown(paths: Collection[str]) -> Mapping[str, str]:  # noqa: ARG001 - as another `derivers`
    """Return no derivations."""
    return {}


def changes(
    old: Side,
    new: Side,
    derivers: Derivers = unknown,
) -> list[PackageChange]:
    """Return the packages that differ, sorted by name.

    ``derivers`` returns the derivations of the store paths for which they are known: their names
    tell outputs from versions.
    """
    names = _Names((*old.selected, *new.selected))
    only = old.paths.keys() ^ new.paths.keys()
    touched = {names.package(path) for path in only}
    groups: dict[str, list[str]] = defaultdict(list)
    for path in {**old.paths, **new.paths}:
        if (name := names.package(path)) in touched:
            groups[name].append(path)
    known = derivers([path for paths in groups.values() for path in paths]) if groups else {}
    found = []
    for name, paths in sorted(groups.items()):
        members = {path: names.member(path, known.get(path, "")) for path in paths}
        was, is_ = (
            {path: member for path, member in members.items() if path in side.paths}
            for side in (old, new)
        )
        copies = _copies(was.values()), _copies(is_.values())
        kind = _kind(was, is_, copies, known)
        found.append(
            PackageChange(
                kind,
                name,
                *_without_common(*copies),
                sum([old.paths[path].size for path in was]),
                sum([new.paths[path].size for path in is_]),
                not old.asked.isdisjoint(was),
                not new.asked.isdisjoint(is_),
                tuple(sorted(was.keys() - is_.keys())),
                tuple(sorted(is_.keys() - was.keys())),
                *(_outputs(was, is_) if kind == "outputs" else ((), ())),
            )
        )
    return found


_UNUSUAL = re.compile("(?:[A-Za-z]|unstable-)[0-9]")
"""How versions begin that do not begin with a digit: `v4.7`, `unstable-2024-01-01`."""

_Member = tuple[str, str]
"""Version and output of a store path."""


class _Names:
    """Names, versions and outputs of store paths; each selected package has those it declares."""

    def __init__(self, selected: Iterable[Selected]) -> None:
        self._declared: dict[str, Named] = {}
        for one in selected:
            for output, path in one.outputs.items():
                name = store_name(path).removesuffix(f"-{output}")
                found = versions.named(name, version=one.version)
                self._declared[path] = found._replace(output=output)
        self._unusual = sorted(
            {one.name for one in self._declared.values() if one.version[:1].isalpha()}
        )
        """Names of packages with versions that do not begin with a digit."""

    def package(self, path: str) -> str:
        """Return the name of the package of the store path."""
        if path in self._declared:
            return self._declared[path].name
        name = versions.package(store_name(path))
        return self._before_version(name) or name

    def member(self, path: str, deriver: str) -> _Member:
        """Return version and output of the store path."""
        if path in self._declared:
            return self._declared[path][1:]
        name = store_name(path)
        stem = self._before_version(name)
        version = name[len(stem) + 1 :] if stem else ""
        return versions.named(name, store_name(deriver) if deriver else "", version)[1:]

    def _before_version(self, name: str) -> str:
        for one in self._unusual:
            if name.startswith(f"{one}-") and _UNUSUAL.match(name, len(one) + 1):
                return one
        return ""


def _copies(members: Iterable[_Member]) -> Counter[str]:
    """Return the number of copies by version; several outputs of one package are one copy."""
    copies: Counter[str] = Counter()
    for (version, _), count in Counter(members).items():
        copies[version] = max(copies[version], count)
    return copies


def _without_common(
    old: Counter[str], new: Counter[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return sorted versions, without common ones if both sides have others of their own."""
    gone, came = old - new, new - old
    was, is_ = (gone, came) if gone and came else (old, new)
    return _sorted(was), _sorted(is_)


def _sorted(copies: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(copies.elements(), key=versions.sort_key))


def _outputs(
    old: Mapping[str, _Member], new: Mapping[str, _Member]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the outputs that only one of the sides has."""
    was, is_ = ({output for _, output in side.values()} for side in (old, new))
    return tuple(sorted(was - is_)), tuple(sorted(is_ - was))


def _kind(
    old: Mapping[str, _Member],
    new: Mapping[str, _Member],
    copies: tuple[Counter[str], Counter[str]],
    derivers: Mapping[str, str],
) -> str:
    if not old or not new:
        return "removed" if old else "added"
    before, after = copies
    if before == after:
        return "rebuilt" if _is_rebuilt(old, new, derivers) else "outputs"
    if before.keys() == after.keys():
        return "copies"
    return _moved(*_without_common(before, after))


def _is_rebuilt(
    old: Mapping[str, _Member], new: Mapping[str, _Member], derivers: Mapping[str, str]
) -> bool:
    """Return whether an output of both sides, or the derivation of all paths, is another one."""
    before, after = _by_member(old), _by_member(new)
    if any(before[one] != after[one] for one in before.keys() & after.keys()):
        return True
    was, is_ = ({derivers[path] for path in side if path in derivers} for side in (old, new))
    return bool(was and is_) and was.isdisjoint(is_)


def _by_member(paths: Mapping[str, _Member]) -> dict[_Member, set[str]]:
    found: dict[_Member, set[str]] = defaultdict(set)
    for path, member in paths.items():
        found[member].add(path)
    return found


def _moved(old: tuple[str, ...], new: tuple[str, ...]) -> str:
    """Return whether all of the ``old`` versions are older than all ``new`` ones, or newer."""
    orders = {versions.compare(one, other) for one in {*old} for other in {*new}}
    if orders == {-1}:
        return "upgraded"
    return "downgraded" if orders == {1} else "changed"


def total(closure: Mapping[str, StorePath]) -> int:
    """Return the bytes of a closure."""
    return sum([one.size for one in closure.values()])
