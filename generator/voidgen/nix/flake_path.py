"""Which folders Nix accepts as a flake: older releases read the path as a URL. Pure.

Measured with Nix 2.8, 2.26 and 2.34. Nix 2.19 is the first that accepts blanks and letters beyond
ASCII (its commit 50e61f579c, "Allow special characters in flake paths").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.errors import Fault

if TYPE_CHECKING:
    from pathlib import Path

ANY_LETTER = (2, 19)
_SINCE = "2.19"
_OLD = re.compile(r"[A-Za-z0-9/._+~=,'()&;!$*\"-]*")
_NEW = re.compile(r"[^#?^]*")
"""The other characters begin a query, a fragment, and the outputs of a package."""


def is_plain(folder: Path) -> bool:
    """Return whether every release of Nix accepts ``folder``."""
    return not unreadable(folder, None)


def unreadable(folder: Path, version: tuple[int, int] | None) -> list[str]:
    """Return the characters of ``folder`` for which Nix ``version`` refuses it, sorted.

    None stands for any release.
    """
    readable = _NEW if version and version >= ANY_LETTER else _OLD
    return sorted({*readable.sub("", str(folder))})


def named(signs: list[str]) -> str:
    """Return the characters for a message: ``blanks, é``."""
    return ", ".join(dict.fromkeys("blanks" if sign.isspace() else sign for sign in signs))


def fault(folder: Path, version: tuple[int, int] | None) -> Fault | None:
    """Return what is wrong with ``folder`` as the place of a project; None if Nix accepts it."""
    signs = unreadable(folder, version)
    if not signs:
        return None
    release = ".".join(map(str, version)) if version else f"before {_SINCE}"
    what = f"this path has {named(signs)}: Nix {release} cannot read a flake there"
    remedy = "move the project to a path of letters, digits and . _ + -"
    if not unreadable(folder, ANY_LETTER):
        remedy += f", or use Nix {_SINCE} or later"
    return Fault(what, folder, remedy=remedy)
