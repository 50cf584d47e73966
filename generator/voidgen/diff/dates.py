"""The day that a side of a diff is from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from voidgen import config
from voidgen.errors import StepFailedError
from voidgen.system import git

if TYPE_CHECKING:
    from pathlib import Path

_UNKNOWN = 86_400
"""Times of the first day of 1970, which Nix gives to all files of its store, say nothing."""


def of_file(file: Path) -> str:
    """Return the day on which a file, or a link such as ``result``, was written; "" if unknown."""
    try:
        seconds = file.lstat().st_mtime
    except OSError:
        return ""
    if seconds < _UNKNOWN:
        return ""
    return datetime.fromtimestamp(seconds, UTC).astimezone().date().isoformat()


def of_project(folder: Path) -> str:
    """Return the day of the newest change of the user's own project.

    Of the files that git tracks and that differ from the last commit, or else of that commit.
    """
    try:
        if not git.is_inside_work_tree(folder) or not git.has_commits(folder):
            return of_file(folder / config.FILE)
        changed = [of_file(folder / name) for name in git.changed(folder)]
        return max(changed, default="") or git.commit_date(folder, "HEAD")
    except StepFailedError:
        return of_file(folder / config.FILE)
