"""Write the files with which the ISO's system boots over a network, beside the ISO."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.config import FILE
from voidgen.container import engine
from voidgen.errors import Fault, WrongInputError, refused
from voidgen.image import netboot, netboot_files
from voidgen.system.files import log_written, project_lock

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.progress import Progress
    from voidgen.project import Project


def refuse_without_module(project: Project) -> None:
    """Raise WrongInputError if the image lacks the module by which it boots over a network."""
    modules = {one.module.name for one in project.plan.resolution.modules}
    if netboot.MODULE not in modules:
        what = f"the image cannot boot over a network: it does not have the module {netboot.MODULE}"
        remedy = f"run `voidgen add module {netboot.MODULE}`, then `voidgen lock`"
        raise WrongInputError(Fault(what, project.folder / FILE, ("overlay",), remedy=remedy))


def write(project: Project, iso: Path, progress: Progress) -> Path:
    """Write out/NAME-netboot, all from ``iso``; return that folder."""
    try:
        with project_lock(project.folder), progress.step("writing the files for netboot"):
            made = netboot_files.write(netboot_files.read(iso))
            engine.give(made)
    except OSError as error:
        raise refused(error, iso.parent) from None
    log_written(made)
    return made
