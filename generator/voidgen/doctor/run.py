"""``voidgen doctor``: check this machine, and the project that the user is in. Prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from attrs import frozen

from voidgen import project
from voidgen.doctor import check
from voidgen.doctor.fix import Fixable
from voidgen.doctor.host import Host
from voidgen.errors import WrongInputError
from voidgen.nix.setup_remedies import Machine

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from voidgen.doctor.fix import Fix
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
    machine = Machine.here()
    found = (
        attrs.evolve(one, detail=machine.as_user(one.detail))
        for one in check.check(host, _project(start))
    )
    return Result(tuple(found), host.family())


def fixes(outcomes: Iterable[Outcome]) -> list[Fix]:
    """Return what could be added to files so that the checks pass that did not."""
    found = (one.fix for one in outcomes if isinstance(one, Fixable) and one.fix)
    return list(dict.fromkeys(found))


def _project(start: Path) -> Path | None:
    try:
        return project.find(start)
    except WrongInputError:
        if not start.is_dir():
            raise
        return None
