"""Projects that build without a network: copies of the offline example."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.data import bundled_files
from voidgen.errors import Fault, WrongInputError, refused
from voidgen.init import repository
from voidgen.system import git
from voidgen.system.files import log_written

if TYPE_CHECKING:
    from typing import BinaryIO

BUSYBOX = "packages/busybox"
REMEDY = "install a static busybox (Debian: busybox-static), or name one with --busybox"


def make(folder: Path, busybox: Path | None) -> Path:
    """Make ``folder`` a copy of the offline example over a static busybox; returns that.

    The folder must be missing or empty; it is there whole, or not at all. It becomes a git
    repository, unless it lies in one that does not ignore it.
    """
    found = _static_busybox(busybox)
    try:
        if os.path.lexists(folder) and (not folder.is_dir() or any(folder.iterdir())):
            remedy = "choose another folder: init never overwrites"
            what = "is there already, and is no empty folder"
            raise WrongInputError(Fault(what, folder, remedy=remedy))
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Beside its place, so that the last step is a rename.
        with tempfile.TemporaryDirectory(prefix=".voidgen-", dir=folder.parent) as temporary:
            project = Path(temporary) / "project"
            shutil.copytree(bundled_files.offline(), project, symlinks=True)
            shutil.copyfile(found, project / BUSYBOX)
            (project / BUSYBOX).chmod(0o755)
            _plain_modes(project)
            if repository.wanted(folder):
                git.init(project)
            project.replace(folder)
        log_written(folder, "made")
    except OSError as error:
        raise refused(error, folder) from None
    git.add_intent(folder, ["."])
    return found


def _plain_modes(project: Path) -> None:
    """As git keeps them, whatever the umask and the modes of an installed voidgen."""
    for file in [project, *project.rglob("*")]:
        folder = file.is_dir()
        file.chmod(0o755 if folder or os.access(file, os.X_OK) else 0o644)


def _static_busybox(named: Path | None) -> Path:
    """The busybox that builds the embedded package set: in a sandbox nothing can be loaded."""
    name = str(named) if named else shutil.which("busybox")
    if not name:
        raise WrongInputError(Fault("no busybox on PATH", remedy=REMEDY))
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
    """Whether this is an ELF program that asks for no interpreter (elf(5), PT_INTERP)."""
    from elftools.common.exceptions import ELFError  # noqa: PLC0415
    from elftools.elf.elffile import ELFFile  # noqa: PLC0415

    try:
        segments = list(ELFFile(stream).iter_segments())
    except (ELFError, ValueError):
        return False
    return bool(segments) and all(segment.header.p_type != "PT_INTERP" for segment in segments)
