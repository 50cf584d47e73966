"""A tree of files as data: what is emitted, before anything touches a disk."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

PROFILE = "@profile@"
"""Stands for the baked profile at the start of a link's target."""


@frozen
class File:
    """Bytes with an octal mode and an owner."""

    data: bytes
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"

    @property
    def executable(self) -> bool:
        """Whether anyone may run it: all that git keeps of a mode."""
        return bool(self.mode & 0o111)


@frozen
class Link:
    """A symbolic link; its ``target`` may begin with `PROFILE`."""

    target: str


@frozen
class Directory:
    """A folder; without a mode it is one on the way to something else, as the system has it."""

    mode: int | None = None
    owner: str = "root"
    group: str = "root"


@frozen
class DconfDatabase:
    """A dconf database, which Nix compiles from the folder ``keyfiles`` of the same tree."""

    keyfiles: str
    module: str
    """Who asks for it: not every package set has a dconf."""


@frozen
class MkliveFile:
    """A program of mklive's source, which is pinned and fetched by Nix."""

    name: str


@frozen
class PackagesFlake:
    """A folder that Nix fills: a flake of the locked package set, for the live system."""


@frozen
class ConsoleKeymap:
    """A console keymap, which Nix makes from XKB's layouts."""

    layout: str
    variant: str
    options: str
    nearest: str
    """kbd's map that the console gets if the package set cannot make this one: FOLDER/NAME."""


Node = File | Link | Directory | DconfDatabase | MkliveFile | PackagesFlake | ConsoleKeymap
Tree = Mapping[str, Node]
"""Nodes by path, sorted by path."""
