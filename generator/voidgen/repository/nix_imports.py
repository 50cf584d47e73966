"""Finding the files of a project that its Nix files name by a path."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from voidgen.errors import WrongInputError
from voidgen.system.files import read_input

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAX_FILES = 200
"""The most files that are read: no project has more Nix files of its own."""
_COMMENT = re.compile(r"(?m)^\s*#[^\n]*$|/\*[\s\S]*?\*/")
_PATH = re.compile(r"(?<![\w./~\"}-])\.{1,2}(?:/[A-Za-z0-9._+-]+)+")
"""A relative path of Nix, without quotes and without computed parts."""


def imported(folder: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Return the files that the Nix files ``names`` of a project name, directly or indirectly.

    A folder stands for its default.nix, if it has one. Missing paths, and paths outside the
    project, are left out.
    """
    first = set(names)
    found: set[str] = set()
    waiting = sorted(first)
    while waiting and len(found) < MAX_FILES:
        for name in _named(folder, waiting.pop()):
            if name not in found | first:
                found.add(name)
                waiting += [name] if name.endswith(".nix") else []
    return tuple(sorted(found))


def _named(folder: Path, name: str) -> Iterator[str]:
    try:
        text = read_input(folder / name).decode(errors="replace")
    except WrongInputError:
        return
    for path in _PATH.findall(_COMMENT.sub("", text)):
        place = os.path.normpath(os.path.join(os.path.dirname(name), path))  # noqa: PTH118, PTH120
        if place.startswith("../"):
            continue
        if (folder / place).is_dir():
            place = f"{place}/default.nix"
        if (folder / place).is_file():
            yield place
