"""Whether a new project is a git repository of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.system import git

if TYPE_CHECKING:
    from pathlib import Path


def wanted(folder: Path) -> bool:
    """Whether ``folder``, which may be missing, lies in no repository or in one that ignores it."""
    if not git.is_inside_work_tree(above(folder)):
        return True
    parent = above(folder.parent)
    return git.is_inside_work_tree(parent) and git.is_ignored(parent, folder)


def above(folder: Path) -> Path:
    """``folder``, or the nearest one above it that is there."""
    while not folder.is_dir():
        folder = folder.parent
    return folder
