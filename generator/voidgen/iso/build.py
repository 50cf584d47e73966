"""Build the ISO: build the flake's outputs, run mklive in a container, and check the result."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.container import engine
from voidgen.container.engine import Task
from voidgen.errors import WrongInputError, refused
from voidgen.image import build_json, overlay, snapshot_json
from voidgen.image import built as built_image
from voidgen.iso import earlier, inputs, job, judge, keymaps, outputs, preflight, record
from voidgen.iso import runner as runners
from voidgen.iso.built import Built
from voidgen.iso.log import Log
from voidgen.iso.record import WORK, Record
from voidgen.lock import (
    epoch,
    lock_json,
    mklive_source,
    pinned,
    source_date,
    state,
    update,
    voidgen_lock,
)
from voidgen.lock.types import Lock
from voidgen.nix import flakes
from voidgen.plan import mklive_job
from voidgen.plan.job_format import CLOSURE, HOME, OUT
from voidgen.provenance import signature, source, statement, statements
from voidgen.provenance.beside import beside
from voidgen.system import git
from voidgen.system.files import log_written, project_lock
from voidgen.xbps import store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from voidgen.config.types import Mklive
    from voidgen.image.build_json import BuildJson
    from voidgen.iso.runner import Runner
    from voidgen.lock.lock_json import LockedParts
    from voidgen.lock.state import Pins
    from voidgen.progress import Progress
    from voidgen.project import Project
    from voidgen.provenance.statement import Provenance

FOLDER = "out"
ROOTS = ".roots"
"""Links in out/ to what Nix built: GC roots, so that Nix does not build unchanged parts again."""
RUNNING = "running"
"""A file in `WORK` that exists during a run, and after a run that was killed."""


@frozen
class Made:
    """An ISO with the files beside it; ``reused`` if there was nothing to do."""

    iso: Path
    reused: bool


@frozen
class Sources:
    """Everything that mklive needs; ``tools`` are the programs, as the runner names them.

    ``unpacked`` is the unpacked size of the locked packages in bytes.
    """

    built: Built
    build: BuildJson
    locked: LockedParts
    parts: job.Parts
    unpacked: int
    tools: str

    def store(self) -> tuple[str, ...]:
        """Return the store paths that the job names."""
        packages = (one.readlink() for one in sorted(self.parts.repository.glob("*.xbps")))
        return tuple(map(str, (self.parts.default, self.parts.mklive, *packages)))


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
        raise WrongInputError(state.no_iso(project))
    locked = update.ready(project)
    name, out = project.plan.config.image.name, project.folder / FOLDER
    with project_lock(project.folder):
        date = source_date.of(locked.inputs, os.environ)
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
        run = _Run(project, mklive, runner, out, date, progress, report)
        with run.making() as work:
            if made:
                statement.write(reused.iso, described, found.hash)
                return reused
            results = work / "out"
            sources = run.gather(locked)
            for line in built_image.collisions(sources.built.image):
                report(line)
            packages = locked.lock.xbps.packages if locked.lock and locked.lock.xbps else ()
            for line in earlier.shared(out, name, sources.built.image, packages):
                report(line)
            needed = preflight.estimate(
                sources.unpacked,
                sources.built.image.closure.nar_size,
                runner.storage,
                out,
            )
            for one in needed:
                report(f"space: about {one.size >> 20} MiB in {one.folder} for {one.what}")
            if check_space:
                preflight.space(needed)
            log = Log(out / f"{name}.log")
            run.start(sources, work, log)
            with progress.step("comparing the ISO with the plan"):
                judge.judge(project.plan, sources.built, results, log.text(), date)
                judge.size(project.plan, sources.built, results / "image.iso", sources.unpacked)
            for line in log.replaced():
                report(line)
            with progress.step("writing the sums and the bill of materials"):
                hash_ = outputs.write(results / "image.iso", name, sources.build, sources.locked)
            run.place(results)
            record.write(out, name, Record(digest, hash_))
            statement.write(reused.iso, described, hash_)
    return Made(out / f"{name}.iso", reused=False)


def _described(project: Project, locked: Pins, digest: str, date: int) -> Provenance:
    """Return the provenance of the ISO that the project's current state gives."""
    found = source.find(project.folder, project.plan.config.release.source, (FOLDER,))
    asked = date if os.environ.get(epoch.VARIABLE) else None
    name = f"{project.plan.config.image.name}.iso"
    return statement.describe(name, found, digest, asked, locked.inputs)


@frozen
class _Run:
    """One run of mklive for a project."""

    project: Project
    mklive: Mklive
    runner: Runner
    out: Path
    source_date: int
    progress: Progress
    report: Callable[[str], None]

    @contextmanager
    def making(self) -> Iterator[Path]:
        """Give a folder in ``out`` for the run, after removing what a killed run left."""
        work = self.out / WORK
        try:
            with self.progress.step("removing what an earlier run left"):
                self._clear(work)
            for folder in (self.out, self.out / ROOTS, work, work / "out"):
                folder.mkdir(exist_ok=True)
            (work / RUNNING).touch()
            try:
                yield work
            finally:
                shutil.rmtree(work / "out")
                (work / "out").mkdir()
                (work / RUNNING).unlink()
                engine.give(self.out)
                # Some releases of Nix make git refresh the index.
                engine.give(git.index(self.project.folder))
        except OSError as error:
            raise refused(error, self.out) from None

    def _clear(self, work: Path) -> None:
        self.runner.remove_leftovers(self.project.folder, self.report)
        if (work / RUNNING).exists():
            self.report(f"removing what an earlier run left in {work}")
        for left in work.iterdir() if work.exists() else ():
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            elif not left.name.endswith(record.ENDING):
                left.unlink()

    def gather(self, locked: Pins) -> Sources:
        """Build or fetch the flake's outputs, the locked packages, and mklive's tools."""
        folder, caches, roots = str(self.project.folder), self.project.caches, self.out / ROOTS
        with self.progress.step("building the closure and the overlay"):
            default = flakes.build(folder, "default", self.progress, roots / "default", caches)
            mklive = flakes.build(folder, "mklive", self.progress, roots / "mklive", caches)
        mklive_source.check(mklive)
        made, include = built_image.read(default), (default / "include").resolve()
        for line in keymaps.replaced(made.plan.include, include):
            self.report(line)
        store_paths = tuple(map(PurePosixPath, job.store_paths(default)))
        built = Built(made, PurePosixPath(include), PurePosixPath(mklive), store_paths)
        preflight.closure(built.store_paths)
        with self.progress.step("checking what Nix built"):
            preflight.whole(default, mklive)
        repository = update.repository(self.project, self.progress)
        tools = self.runner.tools(self.project, roots, self.progress)
        build = build_json.read((default / "manifest.json").read_bytes())
        parts = lock_json.read(voidgen_lock.dump(locked.lock or Lock()))
        names = pinned.references(build.nixpkgs, build.mklive)
        pins = pinned.read(locked.flake, names)
        name = self.project.plan.config.image.name
        with overlay.refused_files():
            snapshot = snapshot_json.dump(name, build, include, pins, parts)
        made_from = job.Parts(default, mklive, repository, snapshot)
        return Sources(built, build, parts, made_from, store.unpacked(repository), tools)

    def start(self, sources: Sources, work: Path, log: Log) -> None:
        """Run mklive; StepFailedError if it fails."""
        jobs = mklive_job.emitted(self.project.plan, self.mklive, sources.built.image.plan.include)
        jobs |= job.files(sources.parts, self.runner.owner)
        home = work / "home"
        (home / "job").mkdir(parents=True)
        for name, data in inputs.scripts().items():
            (home / name).write_bytes(data)
            (home / name).chmod(0o755)
        for name, data in jobs.items():
            (home / "job" / name).write_bytes(data)
        task = Task(
            name=f"voidgen-{hashlib.sha256(os.fsencode(work)).hexdigest()[:12]}",
            project=self.project.folder,
            image=sources.tools,
            reads={
                HOME: str(home),
                CLOSURE: str(sources.built.include.parent),
            },
            writes={OUT: str(work / "out")},
            variables=job.environment(jobs["environment"], self.source_date),
            words=["bash", f"{HOME}/build.sh"],
            store=sources.store(),
        )
        argv = self.runner.command(task)
        with (
            self.progress.stages("running mklive") as reached,
            log.open(argv, reached) as receive,
        ):
            status = self.runner.run(task, argv, receive)
        if status:
            raise log.failure(status, self.runner.name)
        self.runner.collect(task, log)

    def place(self, results: Path) -> None:
        """Move ``results`` to ``out``: the manifest last, because it means that all are there."""
        name = self.project.plan.config.image.name
        # First remove the earlier manifest, and signatures and statements about the earlier ISO.
        signed = (f"iso.sha256{signature.ENDING}", statement.ENDING, statements.ENDING)
        for kind in ("manifest.json", *signed):
            (self.out / f"{name}.{kind}").unlink(missing_ok=True)
        for kind in outputs.KINDS:
            file = results / f"image.{kind}"
            file.chmod(0o644)
            file.replace(self.out / f"{name}.{kind}")
            log_written(self.out / f"{name}.{kind}")
