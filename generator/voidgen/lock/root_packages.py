"""Find what voidgen.toml names for the root tree, but no repository or mklive has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.errors import Fault, Key, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from voidgen.xbps.resolve import Sources
    from voidgen.xbps.snapshot import Index
    from voidgen.xbps.types import Request

_SERIES = re.compile(r"linux([0-9]+)\.([0-9]+)")
_OTHERS = ("linux", "linux-asahi", "linux-lts", "linux-mainline")


def faults(request: Request, sources: Sources, file: Path) -> Iterator[Fault]:
    """Yield a fault for each such name; ``file`` is voidgen.toml."""
    yield from _packages(request, sources.indexes, file)
    folder = sources.mklive / "platforms"
    for index, name in enumerate(request.platforms or ()):
        if not (folder / f"{name}.sh").is_file():
            known = ", ".join(sorted(one.stem for one in folder.glob("*.sh")))
            remedy = f"name one of those that it has: {known}" if known else "remove this key"
            what = f"the locked mklive has no platform {name!r}"
            yield Fault(what, file, ("image", "platforms", index), remedy=remedy)


def _packages(request: Request, indexes: Iterable[Index], file: Path) -> Iterator[Fault]:
    names = {
        name
        for index in indexes
        if index.arch == request.arch
        for package, one in index.data.packages.items()
        for name in (package, *one.provides)
    }
    if request.kernel and request.kernel not in names:
        what = f"no repository has the kernel {request.kernel!r} for {request.arch}"
        found = ", ".join(kernels(names))
        remedy = f"name one of those that there are: {found}" if found else "add its repository"
        yield Fault(what, file, ("xbps", "kernel"), remedy=remedy)
    named: list[tuple[Key, str]] = [
        (("xbps", "ignore", index), one) for index, one in enumerate(request.ignore or ())
    ]
    if request.base:
        named.insert(0, (("xbps", "base"), request.base))
    for key, name in named:
        if name not in names:
            what = f"no repository has the package {name!r} for {request.arch}"
            remedy = did_you_mean(name, names) or "correct its name"
            yield Fault(what, file, key, remedy=remedy)


def kernels(names: Iterable[str]) -> list[str]:
    """Return those of ``names`` that [xbps] kernel takes, the series in their order."""
    found = {*names}
    series = sorted(
        (int(match[1]), int(match[2])) for name in found if (match := _SERIES.fullmatch(name))
    )
    return [
        *(name for name in _OTHERS if name in found),
        *(f"linux{major}.{minor}" for major, minor in series),
    ]
