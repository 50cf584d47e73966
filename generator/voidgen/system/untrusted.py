"""Data that others wrote: programs, other releases of voidgen, or whoever gave a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

DAMAGED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What plistlib and pycdlib raise for damaged data: catch it around a call of theirs alone."""


class GarbledError(Exception):
    """Data is not what its reader expects; the message says where, and what was expected."""


class OtherVersionError(GarbledError):
    """A document has the `version` of another release of voidgen."""

    def __init__(self, version: int) -> None:
        """``version`` is what it says."""
        super().__init__(f"has version {version}")
        self.version = version


def parse_json(data: bytes | str, *, unique: bool = False) -> Any:
    """What ``data`` says; ValueError where it is no JSON, or no memory is enough for its depth.

    With ``unique``, ValueError also if an object has a key twice: programs take either.
    """
    try:
        return json.loads(data, object_pairs_hook=_table if unique else None)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _table(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key!r} is there twice")
        found[key] = value
    return found
