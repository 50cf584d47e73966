"""The project's own .gitattributes: written once, and the user's from then on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import attrs

from voidgen import git, place
from voidgen.gitnames import ATTRIBUTES, CONTENT

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.emit import Changes


def is_missing(folder: Path) -> bool:
    """Return whether the project has none."""
    return not os.path.lexists(folder / ATTRIBUTES)


def write(folder: Path) -> tuple[str, ...]:
    """Write it where the project has none, and tell git; return the names of the files written."""
    if not is_missing(folder):
        return ()
    with place.alone(folder):
        place.replace(folder / ATTRIBUTES, CONTENT.encode())
    git.add_intent(folder, [ATTRIBUTES])
    return (ATTRIBUTES,)


def added(folder: Path, changes: Changes) -> Changes:
    """Return ``changes`` with what `write` would add."""
    added = (ATTRIBUTES, *changes.added)
    return attrs.evolve(changes, added=added) if is_missing(folder) else changes
