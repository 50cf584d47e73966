"""Making a project that builds without a network: a copy of the offline example."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.data import bundled_files
from voidgen.errors import Fault, WrongInputError, refused
from voidgen.init import repository
from voidgen.system import git

if TYPE_CHECKING:
    from typing import BinaryIO

BUSYBOX = "packages/busybox"
REMEDY = "install a static busybox (Debian: busybox-static), or name one with --busybox"


def make(folder: Path, busybox: Path | None) -> Path:
    """Copy the offline example, with a static busybox, to ``folder``; return the busybox.

    The folder must be missing or empty. It becomes a git repository, unless it is in one that does
    not ignore it. If this fails, nothing is made.
    """
    found = _static_busybox(busybox)
    try:
        if os.path.lexists(folder) and (not folder.is_dir() or any(folder.iterdir())):
            remedy = "choose another folder: init never overwrites a file"
            what = "already exists, and is not an empty folder"
            raise WrongInputError(Fault(what, folder, remedy=remedy))
        with repository.new_project(folder) as project:
            shutil.copytree(bundled_files.offline(), project, symlinks=True, dirs_exist_ok=True)
            shutil.copyfile(found, project / BUSYBOX)
            (project / BUSYBOX).chmod(0o755)
            _set_plain_modes(project)
    except OSError as error:
        raise refused(error, folder) from None
    git.add_intent(folder, ["."])
    return found


def _set_plain_modes(project: Path) -> None:
    """Set the modes that git keeps, whatever the umask and the modes of an installed voidgen."""
    for file in [project, *project.rglob("*")]:
        folder = file.is_dir()
        file.chmod(0o755 if folder or os.access(file, os.X_OK) else 0o644)


def _static_busybox(named: Path | None) -> Path:
    """Return the busybox that builds the embedded package set; a sandbox has no libraries."""
    name = str(named) if named else shutil.which("busybox")
    if not name:
        raise WrongInputError(Fault("there is no busybox on PATH", remedy=REMEDY))
    file = Path(name)
    try:
        with file.open("rb") as stream:
            static = _is_static(stream)
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise WrongInputError(Fault(what, file, remedy=REMEDY)) from None
    if not static:
        raise WrongInputError(Fault("is not a static program", file, remedy=REMEDY))
    return file


def _is_static(stream: BinaryIO) -> bool:
    """Return whether ``stream`` is an ELF program without an interpreter (elf(5), PT_INTERP)."""
    from elftools.common.exceptions import ELFError  # noqa: PLC0415
    from elftools.elf.elffile import ELFFile  # noqa: PLC0415

    try:
        segments = list(ELFFile(stream).iter_segments())
    except (ELFError, ValueError):
        return False
    return bool(segments) and all(segment.header.p_type != "PT_INTERP" for segment in segments)
