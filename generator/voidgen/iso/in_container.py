"""A container of podman or docker as the place where mklive runs."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.container import image
from voidgen.container.engine import Task
from voidgen.image import build_json, overlay, snapshot_json
from voidgen.iso import inputs, job, judge, outputs
from voidgen.lock import lock_json, locked_packages, pinned, voidgen_lock
from voidgen.lock.types import Lock
from voidgen.plan import mklive_job
from voidgen.plan.job_format import CLOSURE, HOME, OUT
from voidgen.system.process import stream
from voidgen.xbps import store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from voidgen.container.engine import Engine
    from voidgen.iso.built import Built
    from voidgen.iso.order import Order


@frozen
class InContainer:
    """Makes ISOs in containers of ``engine``."""

    engine: Engine

    @property
    def storage(self) -> Path | None:
        """The engine's storage, unless the build is in memory."""
        return self.engine.storage if self.engine.build != "tmpfs" else None

    def remove_leftovers(self, project: Path, report: Callable[[str], None]) -> None:
        """Remove containers that a killed run left."""
        for left in self.engine.leftovers(project):
            report(f"removing container {left}, which an earlier run left")
            self.engine.remove(left)

    def program(self, order: Order) -> str:
        """Return the id of the image, which the engine has then."""
        return image.find(order.project, self.engine, order.roots, order.progress)

    def fetch(self, order: Order, program: str) -> str:
        """Return "": no store has what containers make."""
        del order, program
        return ""

    def repository(self, order: Order, program: str) -> Path:
        """Fetch the locked packages, and make a repository of them."""
        del program
        return locked_packages.repository(order.project, order.progress)

    def make(self, order: Order, built: Built, repository: Path, program: str) -> str:
        """Run mklive, check its results, and write the files beside the ISO."""
        build = build_json.read((built.default / "manifest.json").read_bytes())
        locked = lock_json.read(voidgen_lock.dump(order.locked.lock or Lock()))
        pins = pinned.read(order.locked.flake, pinned.references(build.sets, build.mklive))
        with overlay.refused_files():
            include = job.include(built.default)
            snapshot = snapshot_json.dump(build.image.name, build, include, pins, locked)
        parts = job.Parts(built.default, built.mklive, repository, snapshot)
        plan, results = order.project.plan, order.results
        emitted = mklive_job.emitted(plan, order.mklive, built.image.plan.include)
        self._run(order, built, program, {**emitted, **job.files(parts, self.engine.owner())})
        with order.progress.step("comparing the ISO with the plan"):
            wished = judge.expected(plan, built, locked)
            judge.judge(wished, results, order.log.text(), order.source_date)
            judge.size(plan, built, results / "image.iso", store.unpacked(repository))
        with order.progress.step("writing the sums and the bill of materials"):
            return outputs.write(results / "image.iso", order.name, build, locked)

    def _run(self, order: Order, built: Built, program: str, files: Mapping[str, bytes]) -> None:
        """Run mklive in a container of the image ``program``, for the job of these ``files``."""
        home = order.work / "home"
        (home / "job").mkdir(parents=True)
        for name, data in inputs.scripts().items():
            (home / name).write_bytes(data)
            (home / name).chmod(0o755)
        for name, data in files.items():
            (home / "job" / name).write_bytes(data)
        task = Task(
            name=f"voidgen-{hashlib.sha256(os.fsencode(order.work)).hexdigest()[:12]}",
            project=order.project.folder,
            image=program,
            reads={HOME: str(home), CLOSURE: str(built.default.parent)},
            writes={OUT: str(order.results)},
            variables=job.environment(files["environment"], order.source_date),
            words=["bash", f"{HOME}/build.sh"],
        )
        argv = self.engine.command(task)
        with (
            order.progress.stages("running mklive") as reached,
            order.log.open(argv, reached) as receive,
        ):
            try:
                status = stream(argv, cwd=task.project, on_output=receive)
            except BaseException:
                self.engine.remove(task.name)
                raise
        if status:
            # The engine's client may have ended before the container.
            self.engine.remove(task.name)
            raise order.log.failure(status, f"{self.engine.program} run")
