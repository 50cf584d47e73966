"""Finding modes and hard links of sources that git does not keep."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from voidgen.errors import Fault
from voidgen.overlay import catalogue
from voidgen.repository.finding import Finding
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voidgen.overlay.paths import Entry
    from voidgen.project import Project

READ, WRITE_BY_ANY, SPECIAL = 0o444, 0o002, 0o7000


def findings(project: Project, umask: int) -> Iterator[Finding]:
    """Find sources of the project whose mode or hard links the image will not have.

    ``umask`` is that of the user who wrote them: a mode that follows from it was not chosen.
    """
    top = project.folder / catalogue.FOLDER
    seen: dict[tuple[int, int], Path] = {}
    for entry in project.plan.resolution.entries:
        if entry.source is None or not entry.file.is_relative_to(top):
            continue
        try:
            status = entry.file.lstat()
        except OSError:
            continue  # It was removed meanwhile.
        node = project.overlay[entry.path]
        if isinstance(node, File) and entry.ownership.mode is None:
            yield from _mode(entry, stat.S_IMODE(status.st_mode), node.mode, umask)
        if status.st_nlink > 1:
            other = seen.setdefault((status.st_dev, status.st_ino), entry.file)
            if other != entry.file:
                shown = os.path.relpath(other, top)
                what = f"is a hard link to {shown}, but the image will have two files"
                remedy = "copy it, or make it a symbolic link if the image needs one file"
                yield Finding("differs", Fault(what, entry.file, remedy=remedy))


def _mode(entry: Entry, mode: int, given: int, umask: int) -> Iterator[Finding]:
    what = _chosen(mode, given, umask)
    if what:
        what = f"{what}: git does not keep this mode, so the image will have {given:04o}"
        remedy = f'add to module.toml: [files."{entry.path}"] mode = "{mode:04o}"'
        yield Finding("differs", Fault(what, entry.file, remedy=remedy))


def _chosen(mode: int, given: int, umask: int) -> str:
    """Return what the user chose of ``mode`` and the image lacks; empty if there is nothing."""
    if mode == given:
        return ""
    if mode & SPECIAL:
        return f"has mode {mode:04o}"
    if READ & ~umask & ~mode or mode & WRITE_BY_ANY & umask:
        return f"has mode {mode:04o}, which does not follow from your umask"
    return ""
