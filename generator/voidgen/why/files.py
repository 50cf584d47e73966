"""Which store path of the closure has a file."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

PROFILE = ".nix-profile"
"""In the home of a user of the live system; leads to the baked profile."""


def find(name: str, profile: Path, closure: Collection[str]) -> tuple[str, str] | None:
    """Return the file called ``name``, with links followed, and the store path that has it.

    ``name`` is a path in the store, one in the profile (`bin/vim`, `~/.nix-profile/bin/vim`), or
    any other that leads into the ``closure``. Returns None if there is no such file.
    """
    _, home, rest = name.partition(f"{PROFILE}/")
    within = [rest] if home else [name] if not name.startswith("/") else []
    for path in (*(profile / one for one in within), Path(name)):
        real = os.path.realpath(path)
        if os.path.lexists(real):
            for parent in (real, *map(str, PurePosixPath(real).parents)):
                if parent in closure:
                    return real, parent
    return None
