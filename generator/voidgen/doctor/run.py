"""``voidgen doctor``: check this machine, and the project that the user is in. Prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen import project
from voidgen.doctor import check
from voidgen.doctor.host import Host
from voidgen.errors import WrongInputError

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.outcome.types import Outcome


@frozen
class Result:
    """The outcome of each check, and the family of this system, "" if it is not known."""

    outcomes: tuple[Outcome, ...]
    family: str


def run(start: Path) -> Result:
    """Check the machine, and the project that ``start`` is in, if there is one.

    Raises WrongInputError if ``start`` is not a folder.
    """
    host = Host()
    return Result(tuple(check.check(host, _project(start))), host.family())


def _project(start: Path) -> Path | None:
    try:
        return project.find(start)
    except WrongInputError:
        if not start.is_dir():
            raise
        return None
