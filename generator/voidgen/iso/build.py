"""Build the ISO: build the flake's outputs, have a runner run mklive, and place the result."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.container import engine
from voidgen.errors import WrongInputError, refused
from voidgen.image import built as built_image
from voidgen.iso import earlier, inputs, job, keymaps, outputs, preflight, record
from voidgen.iso import runner as runners
from voidgen.iso.built import Built
from voidgen.iso.log import Log
from voidgen.iso.order import Order
from voidgen.iso.record import WORK, Record
from voidgen.lock import epoch, git_inputs, mklive_source, source_date, state
from voidgen.nix import flakes
from voidgen.provenance import signature, source, statement, statements
from voidgen.provenance.beside import beside
from voidgen.system import git, iso_name
from voidgen.system.files import log_written, project_lock
from voidgen.xbps import store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from voidgen.config.image import ImageConfig
    from voidgen.iso.runner import Runner
    from voidgen.lock.state import Pins
    from voidgen.progress import Progress
    from voidgen.project import Project
    from voidgen.provenance.statement import Provenance

FOLDER = "out"
RUNNING = "running"
"""A file in `WORK` that exists during a run, and after a run that was killed."""


@frozen
class Made:
    """An ISO with the files beside it; ``reused`` if there was nothing to do."""

    iso: Path
    reused: bool


def make(
    project: Project,
    progress: Progress,
    report: Callable[[str], None],
    *,
    check_space: bool = True,
) -> Made:
    """Build ``out/NAME.iso`` and the files beside it, if any of its inputs changed.

    ``report`` gets lines for the user during the run. The earlier ISO stays until the next one is
    complete. Raises WrongInputError if the project is not generated or locked, StepFailedError if
    a step fails or the result is wrong.
    """
    mklive = project.plan.config.mklive
    if mklive is None:
        raise WrongInputError(state.no_iso(project.plan.config))
    locked = state.ready(project)
    image, out = project.plan.config.image, project.folder / FOLDER
    with project_lock(project.folder):
        asked = os.environ.get(epoch.VARIABLE, "")
        date = source_date.of(locked.inputs, os.environ)
        name = image.iso_stem(iso_name.date_of(date))
        digest = inputs.digest(project, locked, date)
        reused = Made(out / f"{name}.iso", reused=True)
        described = _described(project, locked, digest, date)
        found = earlier.find(out, name, digest, progress)
        made = bool(found.hash)
        if made and not (out / WORK / RUNNING).exists():
            statement.write(reused.iso, described, found.hash)
            engine.give(beside(reused.iso, statement.ENDING))
            return reused
        for line in found.damage:
            report(f"damaged: {line}: building the ISO again")
        with progress.step("finding the container engine"):
            runner = runners.find(project)
        log = Log(out / f"{name}.log")
        order = Order(project, mklive, locked, date, asked, out, log, progress, report)
        with _making(order, runner):
            if made:
                statement.write(reused.iso, described, found.hash)
                return reused
            program = runner.program(order)
            hash_ = runner.fetch(order, program)
            if not hash_:
                hash_ = _run(order, runner, program, check_space=check_space)
            for line in log.notes():
                report(line)
            _place(order)
            record.write(out, name, Record(digest, hash_))
            statement.write(reused.iso, described, hash_)
    return Made(out / f"{name}.iso", reused=False)


def made_in(folder: Path, image: ImageConfig) -> Path:
    """Return the ISO in the copy ``folder`` of a project, where only one was built.

    If there is none, the path may have signs of a pattern instead of the date.
    """
    name = f"{image.iso_stem(iso_name.ANY_DATE)}.iso"
    return next((folder / FOLDER).glob(name), folder / FOLDER / name)


def _described(project: Project, locked: Pins, digest: str, date: int) -> Provenance:
    """Return the provenance of the ISO that the project's current state gives."""
    found = source.find(project.folder, project.plan.config.release.source, (FOLDER,))
    asked = date if os.environ.get(epoch.VARIABLE) else None
    name = f"{project.plan.config.image.iso_stem(iso_name.date_of(date))}.iso"
    return statement.describe(name, found, digest, asked, locked.inputs)


@contextmanager
def _making(order: Order, runner: Runner) -> Iterator[None]:
    """Make the run's folders in ``out``, after removing what a killed run left."""
    try:
        with order.progress.step("removing what an earlier run left"):
            _clear(order, runner)
        for folder in (order.out, order.roots, order.work, order.results):
            folder.mkdir(exist_ok=True)
        (order.work / RUNNING).touch()
        try:
            yield
        finally:
            shutil.rmtree(order.results)
            order.results.mkdir()
            (order.work / RUNNING).unlink()
            engine.give(order.out)
            # Some releases of Nix make git refresh the index.
            engine.give(git.index(order.project.folder))
    except OSError as error:
        raise refused(error, order.out) from None


def _clear(order: Order, runner: Runner) -> None:
    work = order.work
    runner.remove_leftovers(order.project.folder, order.report)
    if (work / RUNNING).exists():
        order.report(f"removing what an earlier run left in {work}")
    for left in work.iterdir() if work.exists() else ():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        elif not left.name.endswith(record.ENDING):
            left.unlink()


def _run(order: Order, runner: Runner, program: str, *, check_space: bool) -> str:
    """Build everything that mklive needs, run it, and return the ISO's hash (SRI)."""
    built = _built(order)
    repository = runner.repository(order, program)
    for line in built_image.collisions(built.image):
        order.report(line)
    lock = order.locked.lock
    packages = lock.xbps.packages if lock and lock.xbps else ()
    for line in earlier.shared(order.out, order.name, built.image, packages):
        order.report(line)
    needed = preflight.estimate(
        store.unpacked(repository), built.image.closure.nar_size, runner.storage, order.out
    )
    for one in needed:
        order.report(f"space: about {one.size >> 20} MiB in {one.folder} for {one.what}")
    if check_space:
        preflight.space(needed)
    return runner.make(order, built, repository, program)


def _built(order: Order) -> Built:
    """Build the flake's outputs, and check them."""
    project, progress, roots = order.project, order.progress, order.roots
    folder, caches = str(project.folder), project.caches
    git_inputs.fetch(project.folder, project.plan, progress)
    with progress.step("building the closure and the overlay"):
        output = project.output("default")
        default = flakes.build(folder, output, progress, roots / output, caches)
        mklive = flakes.build(folder, "mklive", progress, roots / "mklive", caches)
    mklive_source.check(mklive)
    made, include = built_image.read(default), job.include(default)
    for line in keymaps.replaced(made.plan.include, include):
        order.report(line)
    store_paths = tuple(map(Path, job.store_paths(default)))
    preflight.closure(store_paths)
    with progress.step("checking what Nix built"):
        preflight.whole(default, mklive)
    return Built(made, default, include, mklive, store_paths)


def _place(order: Order) -> None:
    """Move the results to ``out``: the manifest last, because it means that all are there."""
    out, name = order.out, order.name
    # First remove the earlier manifest, and signatures and statements about the earlier ISO.
    signed = (f"iso.sha256{signature.ENDING}", statement.ENDING, statements.ENDING)
    for kind in ("manifest.json", *signed):
        (out / f"{name}.{kind}").unlink(missing_ok=True)
    for kind in outputs.KINDS:
        file = order.results / f"image.{kind}"
        file.chmod(0o644)
        file.replace(out / f"{name}.{kind}")
        log_written(out / f"{name}.{kind}")
