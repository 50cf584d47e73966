"""Which packages differ between two closures. Pure.

Store paths belong to one package if their names differ only in the version. The version comes from
the evaluation for the packages asked for, and from Nix's rule (nix.split) for the others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.nix import version as nix_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from voidgen.diff.causes import Cause
    from voidgen.image.snapshot import Selected
    from voidgen.nix.closure import StorePath

KINDS = ("added", "removed", "upgraded", "downgraded", "changed", "rebuilt", "copies")
"""``changed``: versions differ, and neither all old ones are older nor all newer.

``rebuilt``: the same versions, other store paths. ``copies``: the same paths, more or fewer of
them.
"""

_OUTPUTS = frozenset(
    ("bin", "debug", "dev", "devdoc", "doc", "info", "lib", "man", "out", "static", "terminfo")
)
"""Outputs that nixpkgs appends to a name (multiple-outputs.sh); others look like versions."""


@frozen
class PackageChange:
    """A package that differs: ``old`` and ``new`` are its versions, sorted, with repetitions.

    Sizes are the bytes of its store paths. ``selected`` is whether the package was asked for.
    ``old_paths`` and ``new_paths`` are the store paths that only one side has. ``way`` are the
    store names from a package asked for to one of the new paths. ``cause`` is why it was rebuilt
    (`reasons`).
    """

    kind: str
    name: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    old_size: int
    new_size: int
    selected: bool
    old_paths: tuple[str, ...] = ()
    new_paths: tuple[str, ...] = ()
    way: tuple[str, ...] = ()
    cause: Cause | None = None

    @property
    def size(self) -> int:
        """Return the bytes added; negative if bytes were removed."""
        return self.new_size - self.old_size


def changes(
    old: Mapping[str, StorePath],
    new: Mapping[str, StorePath],
    selected: Iterable[Selected] = (),
) -> list[PackageChange]:
    """Return the packages that differ, sorted by name; ``selected`` are those of both sides."""
    known = {
        path: (one.pname, one.version, output)
        for one in selected
        for output, path in one.outputs.items()
    }
    asked = {pname for pname, _, _ in known.values()}
    before, after = _grouped(old, known), _grouped(new, known)
    found = []
    for name in sorted(before.keys() | after.keys()):
        was, is_ = before.get(name, set()), after.get(name, set())
        if was != is_:
            versions = _versions(was), _versions(is_)
            sizes = sum(old[one[2]].size for one in was), sum(new[one[2]].size for one in is_)
            paths = _paths(was - is_), _paths(is_ - was)
            found.append(
                PackageChange(_kind(*versions), name, *versions, *sizes, name in asked, *paths)
            )
    return found


def _grouped(
    paths: Iterable[str], known: Mapping[str, tuple[str, str, str]]
) -> dict[str, set[tuple[str, str, str]]]:
    """Return version, output and store path, by package."""
    groups: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for path in paths:
        name, version, output = known.get(path) or _split(nix_version.store_name(path))
        groups[name].add((version, output, path))
    return groups


@cache
def _split(name: str) -> tuple[str, str, str]:
    """Return name, version and output of a store name. Cached: most names are on both sides."""
    package, version = nix_version.split(name)
    rest, dash, output = version.rpartition("-")
    return (package, rest, output) if dash and output in _OUTPUTS else (package, version, "out")


def _paths(found: Iterable[tuple[str, str, str]]) -> tuple[str, ...]:
    return tuple(sorted([path for _, _, path in found]))


def _versions(found: AbstractSet[tuple[str, str, str]]) -> tuple[str, ...]:
    """Return each version once per copy; several outputs of one package are one copy."""
    if len(found) == 1:  # As most are.
        ((version, _, _),) = found
        return (version,)
    copies: Counter[str] = Counter()
    for (version, _), count in Counter(one[:2] for one in found).items():
        copies[version] = max(copies[version], count)
    return tuple(sorted(copies.elements(), key=nix_version.key))


def _kind(old: tuple[str, ...], new: tuple[str, ...]) -> str:
    if not old or not new:
        return "removed" if old else "added"
    if {*old} == {*new}:
        return "rebuilt" if len(old) == len(new) else "copies"
    if nix_version.compare(old[-1], new[0]) < 0:
        return "upgraded"
    return "downgraded" if nix_version.compare(new[-1], old[0]) < 0 else "changed"


def total(closure: Mapping[str, StorePath]) -> int:
    """Return the bytes of a closure."""
    return sum(one.size for one in closure.values())
