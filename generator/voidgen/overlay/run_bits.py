"""Run bits of a project's sources, as git has them."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from attrs import evolve

from voidgen.overlay.catalogue import FOLDER
from voidgen.system import git

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.overlay.types import Catalogue, Module

EXECUTABLE = "100755"
"""git's mode of a file with a run bit."""


def of_git(modules: Catalogue, project: Path) -> Catalogue:
    """Return ``modules`` with the run bits that git keeps of the sources in ``project``.

    A bit on disk is the one that git keeps, unless ``core.fileMode`` says that the file system has
    none: then the index has the bits. Outside of a git repository, or without git, the bits on disk
    count.
    """
    own = [name for name, one in modules.items() if one.folder.parent == project / FOLDER]
    if not own or not _is_in_repository(project) or shutil.which("git") is None:
        return modules
    if git.keeps_run_bits(project):
        return modules
    modes = git.modes(project, [FOLDER])
    return {
        name: _with_bits(module, project, modes) if name in own else module
        for name, module in modules.items()
    }


def _with_bits(module: Module, project: Path, modes: dict[str, str]) -> Module:
    sources = tuple(
        evolve(one, executable=modes.get(str(one.file.relative_to(project))) == EXECUTABLE)
        for one in module.sources
    )
    return evolve(module, sources=sources)


def _is_in_repository(folder: Path) -> bool:
    # Without starting git, which is needed only if there is a repository.
    return any(os.path.lexists(one / ".git") for one in (folder, *folder.parents))
