"""List every path of the overlay as Nix built it, also in the folders that Nix fills."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import attrs

from voidgen.plan.documents import Entry
from voidgen.system import sri

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def entries(listed: Iterable[Entry], include: Path) -> Iterator[Entry]:
    """Yield the manifest's entries, and the paths in folders that Nix filled in ``include``.

    ``include`` is the overlay as Nix built it. Links have their targets there. Files have the
    manifest's hash, or that of their bytes there if the manifest has none. Paths in folders that
    Nix filled belong to root and are readable for everyone, because a store keeps no other modes.
    """
    for entry in listed:
        if entry.type != "directory" or entry.made_by is None:
            yield _built(entry, include)
            continue
        for folder, folders, files in os.walk(include / entry.path[1:]):
            below = f"/{os.path.relpath(folder, include)}"
            yield attrs.evolve(entry, path=below)
            for name in (*folders, *files):
                place = include / below[1:] / name
                if place.is_symlink():
                    yield _built(Entry(f"{below}/{name}", "symlink", target=""), include)
                elif place.is_file():
                    mode = "0755" if place.stat().st_mode & 0o100 else "0644"
                    made = attrs.evolve(entry, type="file", mode=mode, path=f"{below}/{name}")
                    yield _built(made, include)


def _built(entry: Entry, include: Path) -> Entry:
    place = include / entry.path[1:]
    if entry.type == "symlink":
        # Not Path's, which would write `./a` as `a`.
        return attrs.evolve(entry, target=os.readlink(place))  # noqa: PTH115
    if entry.type == "file" and entry.hash is None:
        return attrs.evolve(entry, hash=sri.of_file(place))
    return entry
