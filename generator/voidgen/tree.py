"""A tree of files as data: what voidgen emits, before it writes anything."""

from __future__ import annotations

from collections.abc import Mapping

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


@frozen
class DconfDatabase:
    """A dconf database, which Nix compiles from the folder ``keyfiles`` of the same tree."""

    keyfiles: str
    module: str
    """The module that asks for it, for messages: not every package set has dconf."""


@frozen
class MkliveFile:
    """A program from mklive's source, which Nix fetches at its pinned revision."""

    name: str


@frozen
class PackagesFlake:
    """A folder that Nix fills with a flake of the locked package set, for the live system."""


@frozen
class ConsoleKeymap:
    """A console keymap, which Nix makes from XKB layouts."""

    layout: str
    variant: str
    options: str
    nearest: str
    """The keymap of kbd that the console gets if the package set cannot make this one.

    It is written FOLDER/NAME.
    """


Node = File | Link | Directory | DconfDatabase | MkliveFile | PackagesFlake | ConsoleKeymap
Tree = Mapping[str, Node]
"""Nodes by path, sorted by path."""
