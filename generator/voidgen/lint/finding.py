"""The input of the rules, and their findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from voidgen.config.types import Config
    from voidgen.errors import Key
    from voidgen.overlay.paths import Entry
    from voidgen.overlay.resolution import Resolution
    from voidgen.tree import Node


@frozen
class NeededService:
    """A service that a package should provide, or start if ``kind`` is ``enabled``.

    ``known`` is whether the tables say that a package of the image does. voidgen.lock knows better.
    """

    name: str
    kind: Literal["services", "enabled"] = "services"
    known: bool = False


@frozen
class Finding:
    """Something wrong with the overlay's entry at ``path``; ``line`` counts from 1.

    A ``doubtful`` finding may be what the user wants: it becomes a warning, not a fault.
    ``place`` is a file and a key in it, if the mistake is not in the entry's own file. With
    ``service``, the finding holds only if the packages of the image do not have that.
    """

    path: str
    what: str
    remedy: str
    line: int | None = None
    doubtful: bool = False
    place: tuple[Path, Key] | None = None
    service: NeededService | None = None


def line_of_source(entry: Entry, line: int | None) -> int | None:
    """Return ``line`` of an entry's content as a line of its source; None if they may differ."""
    # Rendering a template moves its lines, and a link or an option's file has no source.
    has_same_lines = entry.source is not None and not entry.source.template
    return line if has_same_lines else None


@frozen
class LintedImage:
    """The overlay as it will be in the image, with the resolution and config behind it."""

    nodes: Mapping[str, Node]
    resolution: Resolution
    config: Config

    @property
    def xbps(self) -> set[str]:
        """Names of the Void packages that the image asks for, without their dependencies."""
        return {asked.name for asked in self.resolution.xbps}

    def lines(self, path: str) -> Iterator[tuple[int, str]]:
        """Yield the lines of the file at ``path``, with numbers from 1; none if it isn't a file."""
        node = self.nodes.get(path)
        if isinstance(node, File):
            yield from enumerate(node.data.decode(errors="replace").splitlines(), 1)

    def files(self, *folders: str) -> Iterator[tuple[str, File]]:
        """Yield the files below ``folders``, each with its path."""
        for path, node in self.nodes.items():
            if isinstance(node, File) and path.startswith(tuple(f"{top}/" for top in folders)):
                yield path, node

    def scripts(self) -> Iterator[tuple[str, File]]:
        """Yield the files that begin with ``#!``, each with its path."""
        for path, node in self.nodes.items():
            if isinstance(node, File) and node.data.startswith(b"#!"):
                yield path, node

    def runs(self, *programs: str) -> bool:
        """Return whether a script of the overlay names one of ``programs``."""
        names = [program.encode() for program in programs]
        return any(name in node.data for _, node in self.scripts() for name in names)
