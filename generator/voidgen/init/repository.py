"""The folder of a new project, and its git repository."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen import config
from voidgen.errors import Fault, raise_all
from voidgen.system import git
from voidgen.system.files import log_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


KEPT = (".gitattributes", ".gitignore")
"""Files that the folder may have already; voidgen does not change them."""


def check(folder: Path, names: Iterable[str]) -> None:
    """Raise WrongInputError if a project with the files and folders ``names`` would overwrite one.

    Those of `KEPT` may be there.
    """
    files = [folder / name for name in names if name not in KEPT]
    existing = [file for file in files if os.path.lexists(file)]
    if os.path.lexists(folder) and not folder.is_dir():
        existing = [folder]
    remedy = "choose another folder: init never overwrites a file"
    raise_all(Fault("already exists", file, remedy=remedy) for file in existing)


@contextmanager
def new_project(folder: Path) -> Iterator[Path]:
    """Put a project into ``folder`` when the context ends: the context gives a folder to fill.

    If ``folder`` exists, what it has stays, such as a repository. If the context raises, nothing
    changes.
    """
    exists = folder.is_dir()
    # In the same folder, so that the last step is a rename.
    place = folder if exists else folder.parent
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".voidgen-", dir=place) as temporary:
        project = Path(temporary, "project")
        project.mkdir()
        project.chmod(0o755)
        yield project
        if needs_own(folder):
            git.init(folder if exists else project)
        if exists:
            _move(project, folder)
        else:
            project.replace(folder)
    log_written(folder, "filled" if exists else "made")


def _move(project: Path, folder: Path) -> None:
    """Move what ``folder`` lacks into it, voidgen.toml last: it makes the folder a project."""
    names = sorted((one.name for one in project.iterdir()), key=lambda name: name == config.FILE)
    moved: list[str] = []
    try:
        for name in names:
            if not os.path.lexists(folder / name):
                (project / name).rename(folder / name)
                moved.append(name)
    except BaseException:
        for name in moved:
            (folder / name).rename(project / name)
        raise


def needs_own(folder: Path) -> bool:
    """Return whether ``folder``, which may be missing, is in no repository that tracks it."""
    existing = nearest_existing(folder)
    if not git.is_inside_work_tree(existing):
        return True
    if existing == folder and git.top(folder).samefile(folder):
        return False
    parent = nearest_existing(folder.parent)
    return git.is_inside_work_tree(parent) and git.is_ignored(parent, folder)


def nearest_existing(folder: Path) -> Path:
    """Return ``folder``, or the nearest folder above it that exists."""
    while not folder.is_dir():
        folder = folder.parent
    return folder
