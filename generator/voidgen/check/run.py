"""Run all checks of ``voidgen check`` in their order. Prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

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
    """Return the outcome of each check. Raises WrongInputError for an unknown name in `closure`."""
    found = [*_outcomes(request, progress)]
    image, record = request.project, request.record
    return [*found, *recorded_iso.outcomes(image, found, progress, record=record)]


def _outcomes(request: Request, progress: Progress) -> Iterator[Outcome]:
    image = request.project
    yield sources.emitted(image)
    yield sources.shared(image)
    locked = sources.locked(image)
    yield locked
    with progress.step("fetching the flake's inputs"):
        inputs = sources.fetched(image)
    yield inputs
    with progress.step("generating in two places"):
        yield sources.generated(image)
    if locked.state == "passed" and inputs.state != "failed":
        yield from built(request, progress)
        if request.iso:
            yield from iso.identical(image, progress)


def built(request: Request, progress: Progress) -> Iterator[Outcome]:
    """Check what Nix builds from a project that is emitted and locked."""
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
        if unknown:
            what = f"the closure has no package {unknown[0]!r}"
            remedy = "run `voidgen graph closure` to see its packages"
            raise WrongInputError(Fault(what, remedy=remedy))
        with progress.step("building packages of the closure again"):
            others = sorted({*known.values()}.difference(ours))
            yield from rebuilt.check(others, progress, image.caches)
