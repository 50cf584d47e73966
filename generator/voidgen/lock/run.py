"""``voidgen lock`` and ``voidgen update``: lock what is named, and write it. Prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import raise_all
from voidgen.lock import programs, services, state, update
from voidgen.project import located
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
    project = request.project.of(None)
    with project_lock(project.folder):
        outcome = update.pin(project, request.moving, progress, evaluate=request.evaluate)
        locks = [one.after.lock for one in (outcome, *outcome.variants)]
        images = [*zip(project.images(), locks, strict=True)]
        raise_all(located((one, services.find(one, lock).faults) for one, lock in images))
        written = state.write(project, outcome)
    warnings = located(
        (one, (*state.warnings(one, lock), *programs.warnings(one, lock))) for one, lock in images
    )
    return Result(outcome, tuple(written), warnings)


def check(project: Project) -> Missing:
    """Return what of any image is not locked. Writes nothing."""
    found = state.read(project)
    return Missing(tuple(state.unlocked_of_all(project)), state.remedy(found))
