"""A tree of files as data: what voidgen emits, before it writes anything."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from attrs import frozen

PROFILE = "@profile@"
"""The placeholder of the baked profile's path, at the start of a link's target."""


@frozen
class File:
    """A file's bytes, with its mode and owner."""

    data: bytes
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"

    @property
    def executable(self) -> bool:
        """Return whether anyone may run the file: git keeps only this of a mode."""
        return bool(self.mode & 0o111)


@frozen
class Link:
    """A symbolic link; its ``target`` may begin with `PROFILE`."""

    target: str


@frozen
class Directory:
    """A folder; without a mode, it keeps the mode and owner that the system gives it."""

    mode: int | None = None
    owner: str = "root"
    group: str = "root"


CONSOLE_KEYMAP, DCONF_DATABASE = "console-keymap", "dconf-database"
LOCALE_ARCHIVE, MKLIVE_FILE, PACKAGES_FLAKE = "locale-archive", "mklive-file", "packages-flake"
"""Kinds of `Recipe`: names in image/nix/made.nix."""


@frozen
class Recipe:
    """How Nix makes a file or folder: a builder's name in image/nix/made.nix, and its arguments."""

    kind: str
    arguments: Mapping[str, str] = MappingProxyType({})


@frozen
class Made:
    """A file, or a folder with all that is in it, that Nix makes; it is root's."""

    recipe: Recipe
    mode: int = 0o644
    type: Literal["file", "directory"] = "file"


Node = File | Link | Directory | Made
Tree = Mapping[str, Node]
"""Nodes by path, sorted by path."""
