"""Write hashes of what was built into voidgen.lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError
from voidgen.lock import of_image
from voidgen.lock import voidgen_lock as lock_file
from voidgen.system import git
from voidgen.system.files import project_lock, write_atomically

if TYPE_CHECKING:
    from voidgen.lock.state import Pins
    from voidgen.lock.types import Lock
    from voidgen.project import Project

REMEDY = "run `voidgen check --record`"
"""What to do if voidgen.lock lacks a hash, or has that of something else."""


def write(project: Project, pins: Pins, lock: Lock) -> None:
    """Write ``lock``, made from ``pins``; StepFailedError if voidgen.lock changed meanwhile."""
    with project_lock(project.folder):
        whole = lock_file.read(project.folder)
        if of_image.of(whole, project.name) != pins.lock:
            what = f"{project.folder / lock_file.FILE}: was changed in the meantime"
            raise StepFailedError(what, f"{REMEDY} again")
        new = of_image.changed(whole, project.name, lock)
        write_atomically(project.folder / lock_file.FILE, lock_file.dump(new))
    if git.is_inside_work_tree(project.folder):
        git.add_intent(project.folder, [lock_file.FILE])
