"""The project's own .gitattributes: written once, and the user's from then on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import attrs

from voidgen.errors import WrongInputError
from voidgen.repository.attributes import LARGEST
from voidgen.system.files import project_lock, read_regular_file, write_atomically
from voidgen.system.git_names import ATTRIBUTES, CONTENT

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.emit import Changes


def is_missing(folder: Path) -> bool:
    """Return whether the project has none."""
    return not os.path.lexists(folder / ATTRIBUTES)


def write(folder: Path) -> tuple[str, ...]:
    """Write it if the project has none; return the names of the files written."""
    if not is_missing(folder):
        return ()
    with project_lock(folder):
        write_atomically(folder / ATTRIBUTES, CONTENT.encode())
    return (ATTRIBUTES,)


def places(folder: Path) -> tuple[str, ...]:
    """Return its name if it still is as `write` leaves it: git is to be told of it."""
    file, ours = folder / ATTRIBUTES, CONTENT.encode()
    try:
        is_ours = file.stat().st_size == len(ours) and read_regular_file(file, LARGEST) == ours
    except (OSError, WrongInputError):
        is_ours = False
    return (ATTRIBUTES,) if is_ours else ()


def added(folder: Path, changes: Changes) -> Changes:
    """Return ``changes`` with what `write` would add."""
    added = (ATTRIBUTES, *changes.added)
    return attrs.evolve(changes, added=added) if is_missing(folder) else changes
