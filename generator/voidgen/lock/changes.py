"""The differences between two states of the locks. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from voidgen.lock.flake_lock import Input
    from voidgen.lock.types import Lock

REV = 12
"""Number of characters of a revision to show."""


@frozen
class Move:
    """Something locked: its kind and name, and what it was and is locked to ("": not locked)."""

    kind: str
    name: str
    old: str
    new: str

    @property
    def sign(self) -> str:
        """Return ``+`` if it was added, ``-`` if it was removed, ``~`` if it moved."""
        return "~" if self.old and self.new else "+" if self.new else "-"


def inputs(before: Iterable[Input], after: Iterable[Input]) -> list[Move]:
    """Compare flake inputs by revision and date."""
    return list(
        _moves("input", *({one.name: _pin(one) for one in each} for each in (before, after)))
    )


def lock(before: Lock | None, after: Lock | None) -> list[Move]:
    """Compare container, keys and packages of two voidgen.lock; not the repositories' indexes."""
    kinds = {"container": _container, "key": _keys, "xbps": _packages}
    return [move for kind, of in kinds.items() for move in _moves(kind, of(before), of(after))]


@frozen
class NixPackage:
    """A Nix package of the image, as the flake evaluates it."""

    name: str
    version: str


def packages(before: Iterable[NixPackage], after: Iterable[NixPackage]) -> list[Move]:
    """Compare Nix packages by version."""
    old, new = ({one.name: one.version for one in each} for each in (before, after))
    return list(_moves("nix", old, new))


def _moves(kind: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Move]:
    for name in sorted({*old, *new}):
        was, now = old.get(name, ""), new.get(name, "")
        if was != now:
            yield Move(kind, name, was, now)


def _pin(one: Input) -> str:
    return f"{one.rev[:REV]} {one.date}".strip()


def _container(lock: Lock | None) -> dict[str, str]:
    """Return the container's image, if the project makes an ISO."""
    return {"image": lock.container} if lock and lock.xbps else {}


def _keys(lock: Lock | None) -> dict[str, str]:
    return {key.fingerprint: key.hash for key in lock.xbps.keys} if lock and lock.xbps else {}


def _packages(lock: Lock | None) -> dict[str, str]:
    if not lock or not lock.xbps:
        return {}
    names = Counter(one.name for one in lock.xbps.packages)
    return {
        one.name if names[one.name] == 1 else f"{one.name}.{one.arch}": one.version
        for one in lock.xbps.packages
    }
