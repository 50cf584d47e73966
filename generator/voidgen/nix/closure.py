"""Store paths with their sizes and references. Pure."""

from __future__ import annotations

from attrs import frozen


@frozen
class StorePath:
    """The size of a store path itself in bytes, and the store paths that it needs."""

    size: int
    references: tuple[str, ...]
