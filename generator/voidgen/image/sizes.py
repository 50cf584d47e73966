"""How much room each selected package takes: in total, and only for itself. Pure.

Sizes are bytes of the files in the Nix store (narSize), before any compression.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.nix.version import is_store_path
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from voidgen.nix.closure import StorePath


@frozen
class Share:
    """A package's part in the closure: ``closure`` is all that it needs, itself included.

    ``only`` would leave the image with this package; ``shared`` is needed by others, too.
    """

    name: str
    closure: int
    only: int

    @property
    def shared(self) -> int:
        """Return the bytes that would stay without this package."""
        return self.closure - self.only


@frozen
class Sizes:
    """The parts of all packages, starting with the largest ``only``.

    ``closure`` is what they need together, ``shared`` what several of them need. ``unknown`` are
    the packages that the closure does not have: they are not part of any size.
    """

    packages: tuple[Share, ...]
    unknown: tuple[str, ...]
    closure: int
    shared: int

    @property
    def only(self) -> int:
        """Return the sum of what only one package needs."""
        return self.closure - self.shared


def check(paths: Mapping[str, StorePath]) -> None:
    """Raise GarbledError if ``paths`` are not a closure: one has neither a circle nor a gap."""
    for path, one in paths.items():
        if not is_store_path(path):
            raise GarbledError(f"{path!r} is not a store path")
        if one.size < 0:
            raise GarbledError(f"{path}: {one.size} is not a size")
        for other in one.references:
            if other not in paths:
                raise GarbledError(f"{path} refers to {other}, which is not in the closure")
    if sum(1 for _ in _users_first(paths)) != len(paths):
        raise GarbledError("store paths refer to each other in a circle")


def of(packages: Mapping[str, Iterable[str]], paths: Mapping[str, StorePath]) -> Sizes:
    """Return the sizes of packages, given as the store paths of their outputs.

    ``paths`` has all that they need, except for unknown packages.
    """
    known = {name: own for name, own in packages.items() if paths.keys() >= {*own}}
    sizes: Counter[int] = Counter()
    for path, needing in _needing(known.values(), paths).items():
        sizes[needing] += paths[path].size
    del sizes[0]
    # Few sets of packages need the same paths: from here on the number of paths does not matter.
    totals = [
        sum(size for needing, size in sizes.items() if needing >> bit & 1)
        for bit in range(len(known))
    ]
    shares = [
        Share(name, total, sizes[1 << bit])
        for bit, (name, total) in enumerate(zip(known, totals, strict=True))
    ]
    return Sizes(
        tuple(sorted(shares, key=lambda one: (-one.only, -one.closure, one.name))),
        tuple(sorted(packages.keys() - known.keys())),
        sum(sizes.values()),
        sum(size for needing, size in sizes.items() if needing.bit_count() > 1),
    )


def _needing(packages: Iterable[Iterable[str]], paths: Mapping[str, StorePath]) -> dict[str, int]:
    """Map each path to the packages that need it: a bit for the first, the second, and so on."""
    needing = dict.fromkeys(paths, 0)
    for bit, outputs in enumerate(packages):
        for path in outputs:
            needing[path] |= 1 << bit
    for path in _users_first(paths):
        for other in paths[path].references:
            needing[other] |= needing[path]
    return needing


def _users_first(paths: Mapping[str, StorePath]) -> Iterator[str]:
    """Yield each path after all that refer to it, apart from itself. There are no circles."""
    waiting = Counter(
        other for path, entry in paths.items() for other in entry.references if other != path
    )
    ready = [path for path in paths if not waiting[path]]
    while ready:
        path = ready.pop()
        yield path
        for other in paths[path].references:
            if other != path:
                waiting[other] -= 1
                if not waiting[other]:
                    ready.append(other)
