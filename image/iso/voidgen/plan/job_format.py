"""What the files of mklive's job have in common. Pure. Standard library only.

The scripts in `iso/scripts` read them, one line for each thing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CLOSURE, REPOSITORY, OUT, HOME = "/closure", "/build/repository", "/out", "/voidgen"
"""Folders of the scripts' root: the machine's Nix store, links to the locked packages, the results,
and the scripts with their job."""

BOOT_MENU = "boot-menu"
"""The job's file that says what differs from mklive's boot menus; missing if nothing does."""

IMAGE = "@image@"
"""In the boot menu's lines, stands for a hash of the image, which scripts/boot-menu.sh writes."""

SEPARATOR = "\x1f"
"""Separates the fields of a line: paths of the image contain no control characters."""


def lines(lines: Iterable[str]) -> bytes:
    """Return a file of ``lines``."""
    return "".join(f"{line}\n" for line in lines).encode()
