"""The folder of a new project, and its git repository."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.system import git
from voidgen.system.files import log_written

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def new_project(folder: Path) -> Iterator[Path]:
    """Make ``folder`` at once, when the context ends: the context gives an empty folder to fill.

    ``folder`` must be missing or empty. If the context raises, nothing is made.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # In the same folder, so that the last step is a rename.
    with tempfile.TemporaryDirectory(prefix=".voidgen-", dir=folder.parent) as temporary:
        project = Path(temporary, "project")
        project.mkdir()
        project.chmod(0o755)
        yield project
        if needs_own(folder):
            git.init(project)
        project.replace(folder)
    log_written(folder, "made")


def needs_own(folder: Path) -> bool:
    """Return whether ``folder``, which may be missing, is in no repository that tracks it."""
    if not git.is_inside_work_tree(nearest_existing(folder)):
        return True
    parent = nearest_existing(folder.parent)
    return git.is_inside_work_tree(parent) and git.is_ignored(parent, folder)


def nearest_existing(folder: Path) -> Path:
    """Return ``folder``, or the nearest folder above it that exists."""
    while not folder.is_dir():
        folder = folder.parent
    return folder
