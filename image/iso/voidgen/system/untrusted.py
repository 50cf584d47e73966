"""Data that voidgen did not write: from programs, other releases of voidgen, or strangers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")

DAMAGED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What plistlib, pycdlib and tarfile raise for damaged data: catch it only around their calls."""


class GarbledError(Exception):
    """Data does not have the expected shape; the message says which part, and what it should be."""


class OtherVersionError(GarbledError):
    """A document has the `version` of another release of voidgen."""

    def __init__(self, version: int) -> None:
        """Keep the ``version`` of the document."""
        super().__init__(f"has version {version}")
        self.version = version


def parse_json(data: bytes | str, *, unique: bool = False) -> Any:
    """Return the value of JSON ``data``; ValueError if it isn't JSON or is nested too deeply.

    With ``unique``, also ValueError if an object has a key twice: programs differ in which one
    they take.
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


def of_type(value: Any, kind: type[T]) -> T:
    """Return ``value``, which a JSON parser gave; TypeError if it isn't a ``kind``."""
    if type(value) is not kind:
        raise TypeError(f"expected {kind.__name__}, got {value!r}")
    return value


def texts(value: Any) -> list[str]:
    """Return ``value``, which a JSON parser gave; TypeError if it isn't a list of strings."""
    return [of_type(one, str) for one in of_type(value, list)]
