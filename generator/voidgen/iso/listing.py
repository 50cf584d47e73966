"""All that the overlay has, one entry a path: also in the folders that Nix fills."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import attrs

from voidgen.plan.documents import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def entries(listed: Iterable[Entry], include: Path) -> Iterator[Entry]:
    """The manifest's entries, with what the overlay ``include``, as Nix built it, has below them.

    What is below is root's, and as readable as it may be: a store keeps no other modes.
    """
    for entry in listed:
        if entry.type != "directory" or entry.made_by is None:
            yield entry
            continue
        for folder, folders, files in os.walk(include / entry.path[1:]):
            below = f"/{os.path.relpath(folder, include)}"
            yield attrs.evolve(entry, path=below)
            for name in (*folders, *files):
                place = include / below[1:] / name
                if place.is_symlink():
                    yield Entry(f"{below}/{name}", "symlink", target=os.readlink(place))  # noqa: PTH115
                elif place.is_file():
                    mode = "0755" if place.stat().st_mode & 0o100 else "0644"
                    yield attrs.evolve(entry, type="file", mode=mode, path=f"{below}/{name}")
