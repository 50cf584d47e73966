"""Measures the time and memory of programs."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from statistics import median
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@frozen
class Measured:
    """Runs of one program: seconds of each, and the largest resident set in MiB."""

    seconds: tuple[float, ...]
    peak: float

    @property
    def least(self) -> float:
        """Return the shortest time, which the machine's other work disturbs least."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """Return the median time, which a user mostly sees."""
        return median(self.seconds)


def measure(
    argv: Sequence[str], *, cwd: Path, runs: int, before: Callable[[], None] = lambda: None
) -> Measured:
    """Run ``argv`` ``runs`` times, each time after ``before``, which is not counted."""
    seconds, peaks = [], []
    for _ in range(runs):
        before()
        start = time.perf_counter()
        with subprocess.Popen(argv, cwd=cwd, stdout=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            seconds.append(time.perf_counter() - start)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, argv)
        peaks.append(usage.ru_maxrss / 1024)
    return Measured(tuple(seconds), max(peaks))


def calls(function: Callable[[], object], runs: int) -> Measured:
    """Call ``runs`` times in this process, so that the start of a program is not counted."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return Measured(tuple(seconds), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
