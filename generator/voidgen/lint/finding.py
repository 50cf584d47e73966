"""What rules look at, and what they find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from voidgen.config.types import Config
    from voidgen.errors import Key
    from voidgen.overlay.resolution import Resolution
    from voidgen.tree import Node


@frozen
class Finding:
    """Something wrong with the entry at ``path``; ``line`` counts from 1.

    A finding that is ``doubtful`` may be meant so: it becomes a warning, and refuses nothing.
    ``place`` is a file and a key in it, if it is not where the entry is written.
    """

    path: str
    what: str
    remedy: str
    line: int | None = None
    doubtful: bool = False
    place: tuple[Path, Key] | None = None


@frozen
class Image:
    """The overlay as it goes into the image, and how it came together."""

    nodes: Mapping[str, Node]
    resolution: Resolution
    config: Config

    @property
    def xbps(self) -> set[str]:
        """Names of the packages of Void that are asked for; what they need is not among them."""
        return {asked.name for asked in self.resolution.xbps}

    def lines(self, path: str) -> Iterator[tuple[int, str]]:
        """Numbered lines of the file at ``path``; none where it is no file."""
        node = self.nodes.get(path)
        if isinstance(node, File):
            yield from enumerate(node.data.decode(errors="replace").splitlines(), 1)

    def files(self, *folders: str) -> Iterator[tuple[str, File]]:
        """The files below ``folders``."""
        for path, node in self.nodes.items():
            if isinstance(node, File) and path.startswith(tuple(f"{top}/" for top in folders)):
                yield path, node

    def scripts(self) -> Iterator[tuple[str, File]]:
        """Files that begin with ``#!``."""
        for path, node in self.nodes.items():
            if isinstance(node, File) and node.data.startswith(b"#!"):
                yield path, node

    def runs(self, *programs: str) -> bool:
        """Whether a script of the overlay names one of ``programs``."""
        names = [program.encode() for program in programs]
        return any(name in node.data for _, node in self.scripts() for name in names)
