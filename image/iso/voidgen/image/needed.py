"""What packages need of a closure. Pure. Standard library only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def of(outputs: Iterable[str], references: Mapping[str, Iterable[str]]) -> list[str]:
    """Return ``outputs`` and the store paths that they need, in one or several steps.

    ``references`` has the store paths that each one refers to.
    """
    waiting = [*outputs]
    found: dict[str, None] = {}
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = None
            waiting += references[path]
    return [*found]
