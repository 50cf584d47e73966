"""``voidgen show``: read the plan and what it is locked to, or what is built. Prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen import config, project
from voidgen.image import built, freshness, store_sizes
from voidgen.lock import services, state
from voidgen.plan import render

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from voidgen.errors import Fault
    from voidgen.image.built_image import BuiltImage
    from voidgen.image.sizes import Sizes
    from voidgen.lock.flake_lock import Input
    from voidgen.plan.documents import PlanDocument
    from voidgen.progress import Progress
    from voidgen.project import Project


@frozen
class Request:
    """What to read of an image of the project in ``folder``: its plan, or its result if ``built``.

    ``variant`` is which image. With ``sizes``, only how much room the Nix packages take.
    """

    folder: Path
    built: bool = False
    sizes: bool = False
    variant: str = ""


@frozen
class LockedPlan:
    """A plan, and what it is locked to.

    ``packages`` has the versions of Void's packages by name, and ``missing`` a line for each thing
    that is not locked.
    """

    plan: PlanDocument
    inputs: tuple[Input, ...]
    container: str
    packages: Mapping[str, str]
    missing: tuple[str, ...]


@frozen
class Result:
    """What was asked for; ``doubt`` says why what is built may not be the project's plan."""

    found: LockedPlan | BuiltImage | Sizes
    doubt: Fault | None = None


def run(request: Request, progress: Progress) -> Result:
    """Return what was asked for. Builds nothing.

    Raises WrongInputError if the project has faults, or if nothing is built, and StepFailedError if
    the packages do not evaluate.
    """
    if request.built:
        result = config.result(request.folder, request.variant)
        image = built.read(result, request.variant)
        doubt = freshness.doubt_in(request.folder, image, result, progress, request.variant)
        return Result(image.sizes if request.sizes else image, doubt)
    with progress.late("reading the project"):
        found = project.load(request.folder).of(request.variant)
        if not request.sizes:
            return Result(_locked(found))
    return Result(store_sizes.find(found, progress))


def _locked(found: Project) -> LockedPlan:
    pins = state.read(found)
    plan = render.document(found.plan, found.overlay)
    xbps = pins.lock.xbps if pins.lock else None
    return LockedPlan(
        evolve(plan, services=services.provided(found, pins.lock)),
        pins.inputs,
        pins.lock.container if pins.lock else "",
        {one.name: one.version for one in xbps.packages} if xbps else {},
        tuple(state.unlocked(found, pins)),
    )
