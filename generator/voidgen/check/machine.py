"""Find out which conditions this machine can vary for `voidgen check --iso`."""

from __future__ import annotations

import os
import shutil
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.check import conditions, sample
from voidgen.check.container import Probe
from voidgen.container import image as container_image
from voidgen.image import built as built_image
from voidgen.iso import preflight
from voidgen.iso import runner as runners
from voidgen.iso.in_container import InContainer
from voidgen.lock import locked_packages
from voidgen.nix import flakes
from voidgen.xbps import store

if TYPE_CHECKING:
    from voidgen.check.conditions import Condition
    from voidgen.progress import Progress
    from voidgen.project import Project

FAKETIME = "libfaketime.so.1"
FOLDERS = ("/usr/lib/*/faketime", "/usr/lib/faketime", "/usr/lib64/faketime")
"""The folders of `FAKETIME` in distributions: Debian; Arch and Void; Fedora."""


def vary(project: Project, work: Path, progress: Progress) -> tuple[Condition, ...]:
    """Return all conditions, varied as far as this machine and its engine can.

    ``work`` is an empty folder for temporary files. Raises StepFailedError if there is no engine,
    or if something that the image needs cannot be built or fetched.
    """
    found = runners.find(project)
    if not isinstance(found, InContainer):
        return (*conditions.IN_SANDBOX, *conditions.ANYWHERE)
    runner = found.engine
    default = flakes.build(
        str(project.folder),
        project.output("default"),
        progress,
        work / "default",
        project.caches,
    )
    container = container_image.find(project, runner, work, progress)
    needed = preflight.build(store.unpacked(locked_packages.repository(project, progress)))
    paths = built_image.read(default).closure.paths
    by_file = {default.parent / Path(one.path).name: one.nar_size for one in paths}
    numbers = sorted(os.sched_getaffinity(0))
    asked = (
        conditions.engine_mode(runner.program, root=runner.rootful and os.getuid() == 0),
        conditions.clock(libfaketime()),
        conditions.cores(numbers, runner.program, taskset=shutil.which("taskset") is not None),
        conditions.storage(runner.build, needed, memory()),
    )
    seen = Probe(runner, container, project.folder).confirm(asked)
    return (*seen, sample.vary(by_file, work / "store"), *conditions.ANYWHERE)


def libfaketime() -> str:
    """Return the path of libfaketime, or "" if this machine has none."""
    # In nixpkgs, the library is beside the program.
    program = Path(os.path.realpath(shutil.which("faketime") or "/"))
    beside = program.parent.parent.glob("lib/") if program.name == "faketime" else ()
    folders = (Path("/").glob(pattern.removeprefix("/")) for pattern in FOLDERS)
    files = (folder / FAKETIME for folder in chain(*folders, beside))
    return next((str(file) for file in files if file.is_file()), "")


def memory() -> int:
    """Return how many bytes a tmpfs may have: at most half of all memory, and what is free."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    kib = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    limit = Path("/sys/fs/cgroup/memory.max")
    allowed = limit.read_text().strip() if limit.is_file() else "max"
    free = [kib["MemTotal"] * 512, kib["MemAvailable"] * 512]
    # The other half is for the programs.
    return min(free + ([int(allowed) // 2] if allowed.isdigit() else []))
