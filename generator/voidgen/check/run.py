"""Run all checks of ``voidgen check`` in their order. Prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen.check import iso, rebuilt, recorded_iso, sources, store
from voidgen.errors import Fault, StepFailedError, WrongInputError
from voidgen.lock import state
from voidgen.nix import evaluation, flakes
from voidgen.outcome.types import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.progress import Progress
    from voidgen.project import Project


@frozen
class Request:
    """What to check of ``project``, besides its files, its inputs and voidgen's own derivations.

    ``record`` writes the hashes of the closure and the ISO into voidgen.lock. ``closure`` names
    packages of the closure to build again. ``iso`` builds the ISO twice.
    """

    project: Project
    record: bool = False
    closure: tuple[str, ...] = ()
    iso: bool = False


def run(request: Request, progress: Progress) -> list[Outcome]:
    """Return the outcome of each check, for all images of the project.

    Raises WrongInputError for an unknown name in `closure`.
    """
    project = request.project
    found = [*_of_project(project, progress)]
    _, _, locked, inputs, _ = found
    for image in project.images():
        own: list[Outcome] = []
        if locked.state == "passed" and inputs.state != "failed":
            one = evolve(request, project=image)
            own += built(one, progress)
            if request.iso:
                own += iso.identical(image, progress)
        own += recorded_iso.outcomes(image, own, progress, record=request.record)
        prefix = f"{image.name}: " if image.name else ""
        found += [evolve(one, name=f"{prefix}{one.name}") for one in own]
    return found


def _of_project(project: Project, progress: Progress) -> Iterator[Outcome]:
    """Check what all images of the project share."""
    yield sources.emitted(project)
    yield sources.shared(project)
    yield sources.locked(project)
    with progress.step("fetching the flake's inputs"):
        yield sources.fetched(project)
    with progress.step("generating in two places"):
        yield sources.generated(project)


def built(request: Request, progress: Progress) -> Iterator[Outcome]:
    """Check what Nix builds for an image that is emitted and locked."""
    image = request.project
    try:
        with progress.step("building the closure and the overlay"):
            output = image.output("default")
            top = str(flakes.build(str(image.folder), output, progress, caches=image.caches))
    except StepFailedError as error:
        detail = "\n".join(filter(None, (error.output, error.remedy)))
        yield Outcome("the image builds", "failed", error.what, detail)
        return
    packages = f"packages.{image.plan.system}.{output}.drvPath"
    derivation = evaluation.evaluate(str(image.folder), packages, str, caches=image.caches)
    with progress.step("building voidgen's derivations again"):
        ours = rebuilt.ours(derivation)
        yield from rebuilt.check(ours, progress, image.caches)
    yield (store.record if request.record else store.recorded)(image, state.read(image), top)
    with progress.step("checking the store paths"):
        yield store.verified(top)
    if request.closure:
        known, unknown = store.named(top, [*request.closure])
        if len(image.images()) > 1:
            # Another image may have it.
            absent = "the closure has no such package"
            yield from (Outcome(f"rebuild {one}", "skipped", absent) for one in unknown)
        elif unknown:
            what = f"the closure has no package {unknown[0]!r}"
            remedy = "run `voidgen graph closure` to see its packages"
            raise WrongInputError(Fault(what, remedy=remedy))
        with progress.step("building packages of the closure again"):
            others = sorted({*known.values()}.difference(ours))
            yield from rebuilt.check(others, progress, image.caches)
