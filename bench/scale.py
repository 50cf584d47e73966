"""``make bench-scale``: measures how time and memory grow if a project grows four times."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen
from bench.measure import Measured, measure
from rich.console import Console
from rich.table import Table
from tests.support import closures
from tests.support.lock import lock, packages

from voidgen.lock import voidgen_lock as lock_file

if TYPE_CHECKING:
    from collections.abc import Callable

VOIDGEN = str(Path(sys.executable).with_name("voidgen"))
CONFIG = '[image]\nname = "scale"\n[overlay]\nmodules = ["m0"]\n'
RUNS = 3
FACTOR = 4
LINEAR = 1.3
"""Limit of growth, compared with linear growth: large projects do not fit into caches."""


@frozen
class Kind:
    """A function that makes a number of things in a folder, up to ``largest``, and the command."""

    what: str
    largest: int
    make: Callable[[Path, int], None]
    words: tuple[str, ...]


def _project(folder: Path) -> None:
    (folder / "voidgen.toml").write_text(CONFIG)
    (folder / "overlay-src/m0").mkdir(parents=True)
    (folder / "overlay-src/m0/module.toml").write_text('summary = "x"\n')
    subprocess.run(["git", "init", "--quiet", folder], check=True)


def modules(folder: Path, count: int) -> None:
    """Make modules that each require the next, so that the graph is as deep as possible."""
    _project(folder)
    for number in range(count):
        place = folder / f"overlay-src/m{number}"
        place.mkdir(exist_ok=True)
        more = f'requires = ["m{number + 1}"]\n' if number + 1 < count else ""
        (place / "module.toml").write_text(f'summary = "x"\n{more}')


def files(folder: Path, count: int) -> None:
    _project(folder)
    for number in range(count):
        place = folder / f"overlay-src/m0/files/opt/{number // 1000}"
        if number % 1000 == 0:
            place.mkdir(parents=True)
        (place / str(number)).write_text(f"{number}\n")


def mebibytes(folder: Path, count: int) -> None:
    """Make files of 32 MiB."""
    _project(folder)
    place = folder / "overlay-src/m0/files/opt"
    place.mkdir(parents=True)
    for number in range(count // 32):
        (place / str(number)).write_bytes(bytes([number % 256]) * (32 << 20))


def closure(folder: Path, count: int) -> None:
    _project(folder)
    (folder / "result").mkdir()
    (folder / "result/manifest.json").write_text(json.dumps(closures.manifest(count)))


def void(folder: Path, count: int) -> None:
    _project(folder)
    (folder / "voidgen.lock").write_bytes(lock_file.dump(lock(packages(count))))


KINDS = (
    Kind("modules, each requiring the next", 10_000, modules, ("show", "--json")),
    Kind("files of the overlay", 100_000, files, ("generate", "-q")),
    Kind("MiB of the overlay", 1024, mebibytes, ("generate", "-q")),
    Kind("store paths, drawn", 200_000, closure, ("graph", "closure", "--format", "dot")),
    Kind("store paths, sizes", 200_000, closure, ("show", "--sizes", "--built")),
    Kind("store paths, why", 200_000, closure, ("why", "glibc")),
    Kind("packages of Void", 5_000, void, ("diff", "voidgen.lock", "voidgen.lock")),
)


def main() -> None:
    console = Console()
    table = Table("what", "count", "time", "memory", "of what is linear: time", "memory", "good")
    for kind in KINDS:
        if sys.argv[1:] and not any(one in kind.what for one in sys.argv[1:]):
            continue
        few, many = (_measured(kind, count) for count in (kind.largest // FACTOR, kind.largest))
        times = many.median / few.median / FACTOR
        peaks = many.peak / few.peak / FACTOR
        table.add_row(
            kind.what,
            f"{kind.largest:,}",
            f"{many.median:.1f} s",
            f"{many.peak:.0f} MiB",
            f"{times:.2f}",
            f"{peaks:.2f}",
            "yes" if max(times, peaks) <= LINEAR else "no",
        )
        console.print(f"{kind.what}: {times:.2f}, {peaks:.2f}")
    console.print(table)


def _measured(kind: Kind, count: int) -> Measured:
    with tempfile.TemporaryDirectory(prefix="voidgen-scale-") as place:
        folder = Path(place)
        kind.make(folder, count)
        return measure([VOIDGEN, *kind.words], cwd=folder, runs=RUNS, before=_anew(folder))


def _anew(folder: Path) -> Callable[[], None]:
    def anew() -> None:
        subprocess.run(["rm", "-rf", folder / "image", folder / "flake.nix"], check=True)

    return anew


if __name__ == "__main__":
    main()
