"""The machines that Nix sends builds to: its setting `builders` (nix.conf(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DEFAULT = "-"


@frozen
class Builder:
    """A machine, by its URL, and the systems that it builds for.

    ``features`` are those that a build may need, ``mandatory`` those that it must need.
    """

    url: str
    systems: tuple[str, ...]
    features: tuple[str, ...]
    mandatory: tuple[str, ...]

    def takes(self, system: str, *features: str) -> bool:
        """Return whether the machine builds what needs ``features``, for ``system``."""
        offered = {*self.features, *self.mandatory}
        return (
            system in self.systems
            and offered.issuperset(features)
            and {*self.mandatory} <= {*features}
        )


def parse(setting: str, read: Callable[[str], str], here: str) -> Iterator[Builder]:
    """Yield the machines that ``setting`` names, in their order.

    ``read`` returns the text of a file that it names with ``@``, "" if there is none. ``here`` is
    this machine's system, which a machine has that names none.
    """
    for line in _lines(setting):
        named = _lines(read(line[1:].strip())) if line.startswith("@") else (line,)
        yield from (_builder(one, here) for one in named)


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield from filter(None, map(str.strip, line.partition("#")[0].split(";")))


def _builder(line: str, here: str) -> Builder:
    # URL, systems, key, builds at a time, speed, features, mandatory features, host key.
    fields = [*line.split(), *(_DEFAULT,) * 7]
    systems, features, mandatory = (
        () if fields[number] == _DEFAULT else tuple(fields[number].split(","))
        for number in (1, 5, 6)
    )
    return Builder(fields[0], systems or (here,), features, mandatory)
