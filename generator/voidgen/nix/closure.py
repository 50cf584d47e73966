"""Store paths with their sizes and references. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@frozen
class StorePath:
    """The bytes of a store path itself, and the store paths that it needs."""

    size: int
    references: tuple[str, ...]


def store_paths(entries: Iterable[Mapping[str, Any]]) -> dict[str, StorePath]:
    """Store paths from objects with ``path``, ``narSize`` and ``references``, as Nix tells them.

    Raises ValueError, TypeError or LookupError where they are none.
    """
    found = {}
    for entry in entries:
        path, size = entry["path"], entry["narSize"]
        if type(size) is not int or size < 0:
            raise ValueError(f"{path}: {size!r} is no count of bytes")
        found[path] = StorePath(size, tuple(entry["references"]))
    return found
