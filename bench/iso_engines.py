"""``make bench-iso-engines``: measures `voidgen iso` by Nix in its sandbox, compared with podman.

The project and the stand-ins for mklive and XBPS are those of the tests, the Nix is Debian sid's:
such an ISO takes seconds, so it shows what Nix takes longer in any case. ``--project FOLDER`` takes
a locked project and this machine's Nix. Each round makes the ISO by podman, by Nix, and by Nix that
has it already. Everything else is built before. Goals: for the ISO of a project, Nix takes at most
1.1 times as long as podman; with nothing to do, it takes 2 s. Needs root.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from tests.integration.offline import ROOT, isolated
from tests.iso import podman
from tests.iso.making import settle
from tests.locks.project import clone, well
from tests.nix_versions import sandboxed
from tests.nix_versions.conftest import able
from tests.nix_versions.releases import SUITES, Releases

from voidgen.iso.nix_sandbox import ANEW

if TYPE_CHECKING:
    from collections.abc import Iterator

GOAL = 1.1


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure `voidgen iso` by Nix and by podman.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--project", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voidgen-bench-") as name:
        folder = Path(name)
        if asked.project:
            _report(_rounds(asked.project, folder, asked.rounds))
        else:
            with _stand_ins(folder) as project:
                _report(_rounds(project, folder, asked.rounds))


@contextmanager
def _stand_ins(folder: Path) -> Iterator[Path]:
    """Give the project of the tests, in whose environment this process is until the end."""
    engine = podman.find(ROOT / ".venv" / "container" / str(os.getuid()), podman.PROGRAMS)
    (folder / "nix").mkdir()
    releases = Releases(ROOT / ".venv" / "nix", isolated(folder / "nix"), folder / "projects")
    with (
        releases.use(SUITES[-1]) as nix,
        able(nix) as newest,
        pytest.MonkeyPatch.context() as patch,
    ):
        made = sandboxed.make(folder, engine, newest).made
        settle(patch, made.env)
        yield made.project


def _rounds(project: Path, folder: Path, count: int) -> list[tuple[float, float, float]]:
    """Return for each round the seconds of podman, of Nix, and of Nix that has the ISO."""
    by_podman, by_nix = (_with(project, folder, engine) for engine in ("podman", "nix"))
    for one in (by_podman, by_nix):
        _seconds(one, folder / "first" / one.name)
    return [_round(by_podman, by_nix, folder / f"round-{number}") for number in range(count)]


def _with(project: Path, folder: Path, engine: str) -> Path:
    """Return a copy of the project that names ``engine``."""
    copy = clone(project, folder / engine)
    sandboxed.name_engine(copy, engine)
    return copy


def _round(by_podman: Path, by_nix: Path, folder: Path) -> tuple[float, float, float]:
    taken = _seconds(by_podman, folder / "podman")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ANEW, "1")
        anew = _seconds(by_nix, folder / "nix")
    return taken, anew, _seconds(by_nix, folder / "again")


def _seconds(project: Path, folder: Path) -> float:
    """Return how long `voidgen iso` takes in a copy of the project."""
    copy = clone(project, folder)
    start = time.perf_counter()
    well(copy, "iso")
    return time.perf_counter() - start


def _report(rounds: list[tuple[float, float, float]]) -> None:
    ratio = statistics.median(nix / taken for taken, nix, _ in rounds)
    more = statistics.median(nix - taken for taken, nix, _ in rounds)
    again = statistics.median(again for *_, again in rounds)
    Console().print(f"Nix: {ratio:.2f} of podman's time (goal {GOAL}), {more:+.1f} s")
    Console().print(f"with the ISO in the store: {again:.1f} s (goal 2 s)")
    for row in rounds:
        Console().print("  ".join(f"{seconds:6.1f} s" for seconds in row))


if __name__ == "__main__":
    main()
