"""Why packages are in a closure, and why packages of the same version were rebuilt. Pure."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import attrs

from voidgen.diff.causes import Causes
from voidgen.nix.version import store_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from voidgen.diff.closure import PackageChange
    from voidgen.diff.types import Diff
    from voidgen.image.snapshot import Snapshot
    from voidgen.nix.closure import StorePath
    from voidgen.nix.derivations import Derivation


def rebuilt(diff: Diff) -> set[str]:
    """Return the store paths of both sides that were only rebuilt: their derivers show why."""
    pairs = (pair for one in diff.closure or () for pair in _rebuilt_pairs(one))
    return {path for pair in pairs for path in pair}


def explain(
    diff: Diff,
    new: Snapshot,
    derivers: Mapping[str, str],
    read: Callable[[str], Derivation | None],
) -> Diff:
    """Return the diff with the ``way`` and the ``cause`` of each change of the closure.

    ``new`` is the second side. ``derivers`` has the derivations of the `rebuilt` store paths, and
    ``read`` returns the content of a derivation.
    """
    if not diff.closure or new.closure is None:
        return diff
    above = _path_above(
        new.closure, {path for one in new.packages.values() for path in one.outputs.values()}
    )
    causes = Causes(read)
    changes = []
    for one in diff.closure:
        ways = sorted(
            (_way(above, path) for path in one.new_paths if path in above),
            key=lambda way: (len(way), way),
        )
        known = [
            (derivers[old], derivers[new])
            for old, new in _rebuilt_pairs(one)
            if {old, new} <= derivers.keys()
        ]
        found = [cause for pair in known if (cause := causes.between(*pair))]
        changes.append(
            attrs.evolve(one, way=ways[0] if ways else (), cause=found[0] if found else None)
        )
    return attrs.evolve(diff, closure=tuple(changes), explained=True)


def _rebuilt_pairs(change: PackageChange) -> Iterator[tuple[str, str]]:
    """Yield old and new store paths of the same names, if the package was rebuilt."""
    if change.kind == "rebuilt":
        new = {store_name(path): path for path in change.new_paths}
        for path in change.old_paths:
            if store_name(path) in new:
                yield path, new[store_name(path)]


def _path_above(paths: Mapping[str, StorePath], selected: Iterable[str]) -> dict[str, str]:
    """Map each path to the one before it on the shortest way from a selected path.

    A selected path maps to itself. If no path is selected, the ways start at those that no other
    path needs.
    """
    needed = {other for path, one in paths.items() for other in one.references if other != path}
    # By name: hashes differ between the sides, and the way shown should not.
    start = sorted(paths.keys() & {*selected} or paths.keys() - needed, key=store_name)
    found = {path: path for path in start}
    waiting = deque(start)
    while waiting:
        path = waiting.popleft()
        for other in sorted(paths[path].references, key=store_name):
            if other not in found:
                found[other] = path
                waiting.append(other)
    return found


def _way(above: Mapping[str, str], path: str) -> tuple[str, ...]:
    """Return the store names on the way to ``path``, from the selected one on."""
    way = [path]
    while above[way[-1]] != way[-1]:
        way.append(above[way[-1]])
    return tuple(store_name(one) for one in reversed(way))
