"""All that the overlay has, one entry a path: also in the folders that Nix fills."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path


def entries(listed: Iterable[Mapping[str, Any]], include: Path) -> Iterator[Mapping[str, Any]]:
    """The manifest's entries, with what the overlay ``include``, as Nix built it, has below them.

    What is below is root's, and as readable as it may be: a store keeps no other modes.
    """
    for entry in listed:
        if entry["type"] != "packages-flake":
            yield entry
            continue
        for folder, folders, files in os.walk(include / entry["path"][1:]):
            below = f"/{os.path.relpath(folder, include)}"
            yield {**entry, "type": "directory", "path": below}
            for name in (*folders, *files):
                place = include / below[1:] / name
                if place.is_symlink():
                    yield {"type": "symlink", "path": f"{below}/{name}"}
                elif place.is_file():
                    mode = "0755" if place.stat().st_mode & 0o100 else "0644"
                    yield {**entry, "type": "file", "mode": mode, "path": f"{below}/{name}"}
