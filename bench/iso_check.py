"""``make bench-iso-check``: measures `voidgen check --iso`, compared with making the ISO twice.

The project and the stand-ins for mklive and XBPS are those of the tests. Each round makes two ISOs
in copies of the project, the second with one core, as in the check. Then the check makes its own
two. Nix has built everything before. Goal: however large the ISO is, the check takes at most 1.1
times as long as the two builds, and some seconds to find out what the machine can vary.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from tests.integration.offline import ROOT, isolated
from tests.iso import podman
from tests.iso.making import make, settle
from tests.locks.project import clone, well

from voidgen import project
from voidgen.check import iso
from voidgen.outcome.types import good
from voidgen.progress import NoProgress

if TYPE_CHECKING:
    from collections.abc import Sequence

GOAL = 1.1
ASKING = 3.0
"""Seconds that the check may take to find out what the machine can vary."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure `voidgen check --iso`.")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    engine = podman.find(ROOT / ".venv" / "container" / str(os.getuid()), podman.PROGRAMS)
    with (
        tempfile.TemporaryDirectory(prefix="voidgen-bench-") as name,
        pytest.MonkeyPatch.context() as patch,
    ):
        Path(name, "nix").mkdir()
        made = make(Path(name), engine, isolated(Path(name, "nix")))
        settle(patch, made.env)
        well(clone(made.project, Path(name, "first")), "iso")
        ratios = [_round(made.project, Path(name, f"round-{one}")) for one in range(rounds)]
    said = f"two builds and {statistics.median(ratios) - 1:+.1%} (goal {GOAL - 1:+.0%})"
    Console().print(said, [f"{ratio:.2f}" for ratio in ratios])


def _round(source: Path, folder: Path) -> float:
    """Return the time of the check, without its tests of the machine, divided by two builds'."""
    start = time.perf_counter()
    for name, program in (("one", ()), ("other", ("taskset", "--cpu-list", "0"))):
        _iso(clone(source, folder / name), program)
    builds = time.perf_counter() - start
    copy = clone(source, folder / "checked")
    start = time.perf_counter()
    outcomes = [*iso.identical(project.load(copy), NoProgress())]
    check = time.perf_counter() - start
    assert good(outcomes), outcomes
    return (check - ASKING) / builds


def _iso(folder: Path, program: Sequence[str]) -> None:
    argv = [*program, sys.executable, "-m", "voidgen", "--quiet", "iso", "--json"]
    done = subprocess.run(argv, cwd=folder, check=True, capture_output=True)
    assert not json.loads(done.stdout)["reused"]


if __name__ == "__main__":
    main()
