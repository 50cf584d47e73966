"""Find console keymaps that the package set could not make: the image has kbd's nearest instead."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

from voidgen.tree import CONSOLE_KEYMAP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from voidgen.plan.documents import Entry

_INCLUDE = b"include "
"""How keymaps of image/nix/keymap-nearest.sh begin; ckbcomp's begin with ``keymaps``."""


def replaced(listed: Iterable[Entry], include: Path) -> Iterator[str]:
    """Yield a line for each keymap of ``listed``, the manifest's entries, that is kbd's nearest.

    ``include`` is the overlay as Nix built it.
    """
    for entry in listed:
        if entry.made_by is None or entry.made_by.kind != CONSOLE_KEYMAP:
            continue
        try:
            with gzip.open(include / entry.path[1:]) as file:
                begin = file.read(len(_INCLUDE))
        except (OSError, EOFError, zlib.error):
            continue  # The checks of the overlay name a damaged file.
        if begin == _INCLUDE:
            name, near = (
                where.rpartition("/")[2].partition(".map")[0]
                for where in (entry.path, entry.made_by.arguments["nearest"])
            )
            yield (
                f"keymap: the console gets {near} of kbd for {name}, "
                "because the package set has no ckbcomp"
            )
