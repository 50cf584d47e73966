"""The project's .gitattributes: voidgen writes it once, then it belongs to the user."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import attrs

from voidgen.errors import WrongInputError
from voidgen.system.files import log_written, project_lock, read_input, write_atomically
from voidgen.system.git_names import ATTRIBUTES, CONTENT

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.emit import Changes


def is_missing(folder: Path) -> bool:
    """Return whether the project has no .gitattributes."""
    return not os.path.lexists(folder / ATTRIBUTES)


def write_if_missing(folder: Path) -> tuple[str, ...]:
    """Write .gitattributes if the project has none; return the names of the files written."""
    if not is_missing(folder):
        return ()
    with project_lock(folder):
        write_atomically(folder / ATTRIBUTES, CONTENT.encode())
    return (ATTRIBUTES,)


def remove(folder: Path) -> None:
    """Remove the file that `write_if_missing` wrote."""
    with project_lock(folder):
        (folder / ATTRIBUTES).unlink(missing_ok=True)
    log_written(folder / ATTRIBUTES, "removed")


def name_if_unedited(folder: Path) -> tuple[str, ...]:
    """Return its name if it is as `write_if_missing` wrote it, and may be added to git."""
    file, ours = folder / ATTRIBUTES, CONTENT.encode()
    try:
        is_ours = read_input(file) == ours
    except WrongInputError:
        is_ours = False
    return (ATTRIBUTES,) if is_ours else ()


def with_missing(folder: Path, changes: Changes) -> Changes:
    """Return ``changes`` with the file that `write_if_missing` would add."""
    added = (ATTRIBUTES, *changes.added)
    return attrs.evolve(changes, added=added) if is_missing(folder) else changes
