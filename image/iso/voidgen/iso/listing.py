"""List every path of the overlay as Nix built it, also in the folders that Nix fills."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from voidgen.iso.wanted import Wanted
from voidgen.system import sri

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def entries(listed: Iterable[Wanted], include: Path) -> Iterator[Wanted]:
    """Yield the manifest's entries, and the paths in folders that Nix filled in ``include``.

    ``include`` is the overlay as Nix built it. Links have their targets there. Files have the
    manifest's hash, or that of their bytes there if the manifest has none. Paths in folders that
    Nix filled belong to root and are readable for everyone, because a store keeps no other modes.
    """
    for entry in listed:
        if entry.type != "directory" or not entry.made_by:
            yield _built(entry, include)
            continue
        for folder, folders, files in os.walk(include / entry.path[1:]):
            below = f"/{os.path.relpath(folder, include)}"
            yield entry._replace(path=below)
            for name in (*folders, *files):
                place = include / below[1:] / name
                if place.is_symlink():
                    yield _built(Wanted(f"{below}/{name}", "symlink", target=""), include)
                elif place.is_file():
                    mode = 0o755 if place.stat().st_mode & 0o100 else 0o644
                    made = entry._replace(type="file", mode=mode, path=f"{below}/{name}")
                    yield _built(made, include)


def _built(entry: Wanted, include: Path) -> Wanted:
    place = include / entry.path[1:]
    if entry.type == "symlink":
        # Not Path's, which would write `./a` as `a`.
        return entry._replace(target=os.readlink(place))  # noqa: PTH115
    if entry.type == "file" and entry.hash is None:
        return entry._replace(hash=sri.of_file(place))
    return entry
