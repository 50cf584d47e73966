"""What flake.lock pins, from its JSON. Pure. Standard library only."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from voidgen.system import untrusted
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Mapping

LATEST = 253_402_300_799
"""The last second of the year 9999: Python has no later dates."""


class Pinned(NamedTuple):
    """What an input is locked to: see `flake_lock.Input`."""

    rev: str
    date: str
    hash: str
    modified: int


def of_attributes(locked: Mapping[str, str | int | bool]) -> Pinned:
    """Return what the attributes of a lock's entry pin; GarbledError for a wrong time."""
    rev, hash_ = locked.get("rev"), str(locked["narHash"])
    modified = whole(locked.get("lastModified", 0)) if rev else 0
    date = time.strftime("%Y-%m-%d", time.gmtime(modified)) if modified else ""
    return Pinned(str(rev or hash_), date, hash_, modified)


def whole(value: str | int | bool) -> int:
    """Return ``value``; GarbledError if it isn't a time in seconds."""
    if type(value) is not int or not 0 <= value <= LATEST:
        raise GarbledError(f"{value!r} is not a time")
    return value


def references(sets: Mapping[str, str], mklive: str | None) -> dict[str, str]:
    """Return the emitted flake's inputs, by name, as voidgen.toml writes them.

    ``sets`` are the package sets; those in folders of the project are no inputs.
    """
    found = {name: one for name, one in sets.items() if not one.startswith("./")}
    return {**found, "mklive": mklive} if mklive is not None else found


def read(data: bytes, names: Mapping[str, str]) -> dict[str, Pinned]:
    """Return the inputs of flake.lock that ``names`` lists; GarbledError if one is not locked."""
    try:
        lock: Any = untrusted.parse_json(data)
        nodes, root = lock["nodes"], lock["nodes"][lock["root"]]["inputs"]
        return {name: of_attributes(nodes[root[name]]["locked"]) for name in names}
    except untrusted.DAMAGED:
        raise GarbledError(f"does not lock the inputs {' and '.join(names)}") from None
