"""Making a project that builds without a network: a copy of the offline example."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen import config
from voidgen.data import bundled_files
from voidgen.errors import Fault, WrongInputError, refused
from voidgen.init import image_values, preset, repository
from voidgen.system import git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

BUSYBOX = "packages/busybox"


@frozen
class Made:
    """The busybox that was copied, and the files and folders that were made."""

    busybox: Path
    names: tuple[str, ...]


NAMES = ("busybox.static", "busybox")
"""What the package busybox-static of Void installs, and that of Debian."""
REMEDY = "install a static busybox (Debian, Void: busybox-static), or name one with --busybox"


def make(folder: Path, busybox: Path | None, values: Mapping[str, str]) -> Made:
    """Copy the offline example, with ``values`` in [image] and a static busybox, to ``folder``.

    ``folder`` may have other files, and keeps them. It becomes a git repository, unless it is in
    one that does not ignore it. If this fails, nothing is made.
    """
    found = _static_busybox(busybox)
    names = sorted(file.name for file in bundled_files.offline().iterdir())
    repository.check(folder, {*names, *preset.OURS})
    made = tuple(name for name in names if not os.path.lexists(folder / name))
    try:
        with repository.new_project(folder) as project:
            shutil.copytree(bundled_files.offline(), project, symlinks=True, dirs_exist_ok=True)
            shutil.copyfile(found, project / BUSYBOX)
            (project / BUSYBOX).chmod(0o755)
            _set_plain_modes(project)
            text = image_values.put((project / config.FILE).read_text(), values, project)
            (project / config.FILE).write_text(text)
    except OSError as error:
        raise refused(error, folder) from None
    git.add_intent(folder, made)
    return Made(found, made)


def _set_plain_modes(project: Path) -> None:
    """Set the modes that git keeps, whatever the umask and the modes of an installed voidgen."""
    for file in [project, *project.rglob("*")]:
        folder = file.is_dir()
        file.chmod(0o755 if folder or os.access(file, os.X_OK) else 0o644)


def _static_busybox(named: Path | None) -> Path:
    """Return the busybox that builds the embedded package set; a sandbox has no libraries."""
    on_path = (found for one in NAMES if (found := shutil.which(one)))
    name = str(named) if named else next(on_path, None)
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
