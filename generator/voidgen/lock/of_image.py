"""What voidgen.lock has of one of the project's images. Pure.

The lock of a variant's image looks as if the project had no other image, and so does that of the
project's own image.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import evolve

from voidgen.lock.types import Lock, OfVariant

if TYPE_CHECKING:
    from collections.abc import Mapping


def of(lock: Lock | None, variant: str) -> Lock | None:
    """Return what ``lock`` has of the image ``variant`` ("": the project's own)."""
    if lock is None or not variant:
        return lock and evolve(lock, variants=NONE)
    own = lock.variants.get(variant, OfVariant())
    return evolve(lock, xbps=own.xbps, closure=own.closure, iso=own.iso, variants=NONE)


def changed(lock: Lock | None, variant: str, own: Lock) -> Lock:
    """Return ``lock`` with ``own`` for the image ``variant``; see `of`."""
    others = lock.variants if lock else NONE
    if not variant:
        return evolve(own, variants=others)
    base = lock or evolve(own, xbps=None, closure=None, iso=None)
    return evolve(base, variants=_sorted({**others, variant: _own(own)}))


def joined(base: Lock, variants: Mapping[str, Lock]) -> Lock:
    """Return the lock of the project's own image with those of all its ``variants``."""
    return evolve(base, variants=_sorted({name: _own(one) for name, one in variants.items()}))


def _own(lock: Lock) -> OfVariant:
    return OfVariant(lock.xbps, lock.closure, lock.iso)


def _sorted(variants: Mapping[str, OfVariant]) -> Mapping[str, OfVariant]:
    """Return those that have something, by name."""
    found = {name: one for name, one in sorted(variants.items()) if one != OfVariant()}
    return MappingProxyType(found)


NONE = MappingProxyType[str, OfVariant]({})
