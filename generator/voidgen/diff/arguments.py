"""Which two sides the arguments of `voidgen diff` name, as git's do (gitrevisions(7))."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault, WrongInputError
from voidgen.system import git

if TYPE_CHECKING:
    from pathlib import Path

WORKING_TREE = "working tree"
"""What the project as it is in its folder is called."""
_RANGE = re.compile(r"(?P<old>.*?)(?P<dots>\.{2,3})(?P<new>.*)", re.DOTALL)


@frozen
class Side:
    """A side as the user names it. Without a name, it is the project as it is in its folder.

    ``revision`` is whether only a git revision can have that name.
    """

    name: str = ""
    revision: bool = False

    @property
    def place(self) -> str:
        """Return the name without its variant, which is the project's folder if it is empty."""
        return self.name.partition("#")[0] or "."

    @property
    def variant(self) -> str:
        """Return the variant that the name ends with, as in ``.#xfce``, or ""."""
        return self.name.partition("#")[2]

    @property
    def shown(self) -> str:
        """Return what the side is called."""
        return self.name or WORKING_TREE


def sides(old: str | None, new: str | None, folder: Path) -> tuple[Side, Side]:
    """Return both sides; ``folder`` is in the project whose revisions can be named.

    Without arguments, compares HEAD with the project as it is; with one, compares that with the
    project as it is. ``A..B`` is A and B, ``A...B`` is B and the commit where it left A, and HEAD
    replaces a missing end.

    Raises WrongInputError for a range with another argument, or without a common commit.
    """
    ranges = [one for one in (old, new) if one and _range(one)]
    if new is not None and ranges:
        what = f"{ranges[0]} names both sides already"
        raise WrongInputError(Fault(what, remedy="leave out the other argument, or name two sides"))
    if new is not None:
        return Side(old or "HEAD"), Side(new)
    if old and (found := _range(old)):
        before, after = found["old"] or "HEAD", found["new"] or "HEAD"
        if found["dots"] == "...":
            before = _merge_base(folder, before, after)
        return Side(before, revision=True), Side(after, revision=True)
    return (Side(old) if old else Side("HEAD", revision=True)), Side()


def _range(named: str) -> re.Match[str] | None:
    """Return the parts of a range; None for a path, which may contain dots, too."""
    found = _RANGE.fullmatch(named)
    if not found or named == ".." or os.path.lexists(named):
        return None
    is_path = found["new"].startswith("/") or found["old"].endswith("/")
    return None if is_path or ":" in named else found


def _merge_base(folder: Path, before: str, after: str) -> str:
    for name in (before, after):
        if not git.is_revision(folder, name):
            return name  # Reading this side says what is wrong.
    found = git.merge_base(folder, before, after)
    if not found:
        what = f"{before} and {after} have no commit in common"
        raise WrongInputError(Fault(what, folder, remedy=f"compare {before}..{after} instead"))
    return found
