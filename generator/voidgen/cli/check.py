"""``voidgen check``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lock.state import Pins
    from voidgen.outcome.types import Outcome
    from voidgen.progress import Progress
    from voidgen.project import Project


@click.command("check", cls=Command)
@click.option(
    "--record", is_flag=True, help="Write the hashes of the closure and the ISO into voidgen.lock."
)
@click.option(
    "--closure", metavar="NAME", multiple=True,
    help="Rebuild the closure's packages of this name, too, or all; may be given again.",
)  # fmt: skip
@click.option("--iso", is_flag=True, help="Make the ISO twice, and compare the two, too.")
@click.option(
    "--junit", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="Write JUnit's XML, too.",
)  # fmt: skip
@click.option(
    "--github/--no-github", default=None,
    help="Print annotations for GitHub, too; by itself where GITHUB_ACTIONS is set.",
)  # fmt: skip
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - the options
    settings: Settings,
    record: bool,
    closure: tuple[str, ...],
    iso: bool,
    junit: Path | None,
    github: bool | None,
) -> None:
    """Check that the project is reproducible, here and now.

    What is emitted is current and locked, and the same wherever it is emitted; each input is what
    Nix fetches by its reference; what voidgen's own
    derivations build is the same when built again; the closure is whole, and the one that was
    recorded. Exits with 1 where anything is not so.
    """
    from voidgen import project  # noqa: PLC0415
    from voidgen.check import recorded_iso  # noqa: PLC0415
    from voidgen.outcome import forms, types  # noqa: PLC0415
    from voidgen.system.files import write_atomically  # noqa: PLC0415

    image = project.load(project.find(Path(settings.project)))
    progress = settings.watcher()
    found = [*_outcomes(image, progress, record, closure, iso)]
    found += recorded_iso.outcomes(image, [*found], progress, record=record)
    if junit:
        write_atomically(junit, forms.to_junit(found, image.plan.config.image.name))
    if settings.json:
        click.echo(forms.to_json(found), nl=False)
    else:
        from voidgen.outcome import table  # noqa: PLC0415

        table.show(found)
    if github if github is not None else os.environ.get("GITHUB_ACTIONS") == "true":
        for line in forms.to_github(found):
            click.echo(line, err=settings.json)
    if not types.good(found):
        sys.exit(1)


def _outcomes(
    image: Project, progress: Progress, record: bool, names: tuple[str, ...], iso: bool
) -> Iterator[Outcome]:
    from voidgen.check import sources  # noqa: PLC0415
    from voidgen.lock import state  # noqa: PLC0415

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
        yield from _built(image, state.read(image), progress, record, names)
        if iso:
            from voidgen.check.iso import identical  # noqa: PLC0415

            yield from identical(image, progress)


def _built(
    image: Project, pins: Pins, progress: Progress, record: bool, names: tuple[str, ...]
) -> Iterator[Outcome]:
    from voidgen.check import rebuilt, store  # noqa: PLC0415
    from voidgen.errors import Fault, StepFailedError, WrongInputError  # noqa: PLC0415
    from voidgen.nix import evaluation, flakes  # noqa: PLC0415
    from voidgen.outcome.types import Outcome  # noqa: PLC0415

    try:
        with progress.step("building the closure and the overlay"):
            top = str(flakes.build(str(image.folder), "default", progress, caches=image.caches))
    except StepFailedError as error:
        yield Outcome("the image builds", "failed", error.what, error.output)
        return
    packages = f"packages.{image.plan.system}.default.drvPath"
    derivation = evaluation.evaluate(str(image.folder), packages, str, caches=image.caches)
    with progress.step("building once more what voidgen builds"):
        ours = rebuilt.ours(derivation)
        yield from rebuilt.check(ours, progress, image.caches)
    yield (store.record if record else store.recorded)(image, pins, top)
    with progress.step("reading the store's paths"):
        yield store.verified(top)
    if names:
        known, unknown = store.named(top, [*names])
        if unknown:
            what = f"the closure has no path of the name {unknown[0]!r}"
            raise WrongInputError(Fault(what, remedy="`voidgen graph closure` draws what it has"))
        with progress.step("building packages of the closure once more"):
            others = sorted({*known.values()}.difference(ours))
            yield from rebuilt.check(others, progress, image.caches)
