"""The order of packages in a diff: what matters most comes first. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import evolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voidgen.diff.closure import PackageChange
    from voidgen.diff.types import Diff

Order = Literal["kind", "name", "size"]
ORDERS: tuple[Order, ...] = ("kind", "name", "size")
"""By kind as `COUNTED` lists them, by name, or by the bytes that are added or removed."""

COUNTED = {
    "removed": "removed",
    "added": "added",
    "downgraded": "downgraded",
    "upgraded": "upgraded",
    "changed": "changed",
    "outputs": "with other outputs",
    "copies": "with more or fewer copies",
    "rebuilt": "rebuilt",
}
"""What follows the number of packages, by kind. What matters most comes first.

``changed``: versions differ, and neither all old ones are older nor all newer. ``outputs``: the
same package with other outputs. ``copies``: the same paths, more or fewer of them. ``rebuilt``: the
same versions, other store paths.
"""

_RANKS = {kind: rank for rank, kind in enumerate(COUNTED)}


REBUILT = 10
"""Maximum number of rebuilt packages, not asked for themselves, to list."""


def arranged(diff: Diff, by: Order) -> Diff:
    """Return ``diff`` with its packages in order; by kind, those asked for come first."""
    return evolve(diff, xbps=_sorted(diff.xbps, by), closure=_sorted(diff.closure, by))


def _sorted(changes: Iterable[PackageChange] | None, by: Order) -> tuple[PackageChange, ...] | None:
    if changes is None:
        return None
    if by == "name":
        return tuple(sorted(changes, key=lambda one: one.name))
    if by == "size":
        return tuple(sorted(changes, key=lambda one: (-abs(one.size), one.name)))
    return tuple(sorted(changes, key=lambda one: (_RANKS[one.kind], not one.selected, one.name)))


def listed(
    changes: Sequence[PackageChange],
) -> tuple[list[PackageChange], list[PackageChange]]:
    """Return the packages to list one by one, and the others: many that were only rebuilt."""
    rest = [one for one in changes if one.kind == "rebuilt" and not one.selected]
    if len(rest) <= REBUILT:
        return [*changes], []
    return [one for one in changes if one.kind != "rebuilt" or one.selected], rest
