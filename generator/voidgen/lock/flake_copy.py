"""A copy of the emitted flake in another folder, for Nix to lock and evaluate."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from attrs import evolve

from voidgen.config.types import Flake
from voidgen.data import bundled_files
from voidgen.errors import refused
from voidgen.lock import flake_lock
from voidgen.plan import render
from voidgen.system import git
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voidgen.project import Project


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a temporary folder; raise StepFailedError for an OSError in the context."""
    try:
        with tempfile.TemporaryDirectory(prefix="voidgen-") as work:
            yield Path(work)
    except OSError as error:
        raise refused(error, tempfile.gettempdir()) from None


def write(project: Project, locked: bytes, folder: Path) -> Path:
    """Write the flake that `generate` would emit, without the overlay and the user's outputs.

    ``locked`` are the bytes of flake.lock; b"" for none. Return ``folder``.
    """
    plan = project.plan
    bare = evolve(plan, config=evolve(plan.config, flake=Flake()))
    for path, node in render.project(
        bare, {}, bundled_files.constant(), bundled_files.flake()
    ).items():
        if isinstance(node, File):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(node.data)
    sets = plan.config.nix.every_set().values()
    # Only package sets that are inputs are evaluated here.
    if plan.config.nix.local() and not all(one.is_folder for one in sets):
        _copy_own(project.folder, _read_by_nix(project), folder)
    if locked:
        (folder / flake_lock.FILE).write_bytes(locked)
    return folder


def _read_by_nix(project: Project) -> Iterable[str]:
    """Return the project's files that overlays, and package sets in folders, may read.

    That is each that git tracks. Without git, it is all files of their topmost folders.
    """
    folder = project.folder
    if git.is_inside_work_tree(folder):
        return git.tracked(folder)
    tops = {PurePosixPath(name).parts[0] for name in project.plan.config.nix.local()}
    found = (file for top in sorted(tops) for file in (folder / top, *(folder / top).rglob("*")))
    return [str(file.relative_to(folder)) for file in found]


def _copy_own(project: Path, names: Iterable[str], folder: Path) -> None:
    """Copy files of the ``project`` that are not in ``folder``."""
    for name in names:
        source, target = project / name, folder / name
        if target.exists() or not (source.is_symlink() or source.is_file()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target, follow_symlinks=False)
