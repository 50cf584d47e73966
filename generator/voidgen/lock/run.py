"""``voidgen lock`` and ``voidgen update``: lock what is named, and write it. Prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import raise_all
from voidgen.lock import programs, services, state, update
from voidgen.system.files import project_lock

if TYPE_CHECKING:
    from voidgen.errors import Fault
    from voidgen.lock.state import Outcome
    from voidgen.progress import Progress
    from voidgen.project import Project


@frozen
class Request:
    """What to update of ``project``; what is not locked yet is locked in any case.

    With ``evaluate``, nixpkgs is updated only if the image's packages evaluate with the new one.
    """

    project: Project
    moving: frozenset[str] = frozenset()
    evaluate: bool = True


@frozen
class Result:
    """The locks before and after, the files that were written, and what may not fit."""

    outcome: Outcome
    written: tuple[str, ...]
    warnings: tuple[Fault, ...]


@frozen
class Missing:
    """A line for each thing that is not locked, and what to do about them."""

    lines: tuple[str, ...]
    remedy: str


def run(request: Request, progress: Progress) -> Result:
    """Lock and write. Raises what `update.pin` raises.

    Raises WrongInputError, and writes nothing, if no locked package provides an enabled service.
    """
    project = request.project
    with project_lock(project.folder):
        outcome = update.pin(project, request.moving, progress, evaluate=request.evaluate)
        raise_all(services.find(project, outcome.after.lock).faults)
        written = state.write(project, outcome)
    lock = outcome.after.lock
    warnings = (*state.warnings(project, lock), *programs.warnings(project, lock))
    return Result(outcome, tuple(written), warnings)


def check(project: Project) -> Missing:
    """Return what is not locked. Writes nothing."""
    found = state.read(project)
    return Missing(tuple(state.unlocked(project, found)), state.remedy(found))
