"""Whether a new project is a git repository of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen import git

if TYPE_CHECKING:
    from pathlib import Path


def wanted(folder: Path) -> bool:
    """Whether ``folder``, which may be missing, lies in no repository or in one that ignores it."""
    above = folder.parent
    while not above.is_dir():
        above = above.parent
    if not git.is_inside_work_tree(folder if folder.is_dir() else above):
        return True
    return git.is_inside_work_tree(above) and git.is_ignored(above, folder)
