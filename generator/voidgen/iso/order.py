"""What one run of `voidgen iso` is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.iso.record import WORK
from voidgen.system import iso_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voidgen.config.mklive import Mklive
    from voidgen.iso.log import Log
    from voidgen.lock.state import Pins
    from voidgen.progress import Progress
    from voidgen.project import Project

ROOTS = ".roots"
"""Links in out/ to what Nix built: GC roots, so that Nix does not build unchanged parts again."""


@frozen
class Order:
    """The project and its locks, the date of the ISO's files, and where the run reports.

    ``asked_date`` is SOURCE_DATE_EPOCH, or empty. ``report`` gets lines for the user.
    """

    project: Project
    mklive: Mklive
    locked: Pins
    source_date: int
    asked_date: str
    out: Path
    log: Log
    progress: Progress
    report: Callable[[str], None]

    @property
    def name(self) -> str:
        """The name of the ISO and of the files beside it in ``out``, without their endings."""
        return self.project.plan.config.image.iso_stem(iso_name.date_of(self.source_date))

    @property
    def work(self) -> Path:
        """The folder of this run's files."""
        return self.out / WORK

    @property
    def results(self) -> Path:
        """The folder that gets the results."""
        return self.work / "out"

    @property
    def roots(self) -> Path:
        """The folder of links to what Nix built."""
        return self.out / ROOTS
