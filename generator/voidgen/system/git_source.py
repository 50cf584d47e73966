"""What git says of where a project comes from: its commit, its remote, and whether it changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from voidgen.system.process import ask

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def commit(folder: Path) -> str:
    """The full hash of the commit that is checked out; empty where there is none."""
    return _line(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")


def prefix(folder: Path) -> str:
    """Where ``folder`` is in its repository, without a slash at the end; empty at the top."""
    return _line(folder, "rev-parse", "--show-prefix").removesuffix("/")


def remote_url(folder: Path) -> str:
    """The URL of the current branch's remote, or else of ``origin``; empty where there is none."""
    branch = _line(folder, "symbolic-ref", "--quiet", "--short", "HEAD")
    named = _line(folder, "config", "--get", f"branch.{branch}.remote") if branch else ""
    for name in dict.fromkeys((named, "origin")):
        # "." stands for a branch of the same repository.
        url = _line(folder, "remote", "get-url", "--", name) if name not in {"", "."} else ""
        if url:
            return url
    return ""


def is_clean(folder: Path, but: Sequence[str]) -> bool:
    """Whether the whole repository is as it was committed, untracked files included.

    Ignored files do not count, and neither does what is in the folders ``but`` of ``folder``.
    """
    words = ["status", "--porcelain", "-z", "--untracked-files=all", "--ignore-submodules=none"]
    # Without locks: git would write the index anew.
    argv = ["git", "--no-optional-locks", *words, "--", ":/"]
    done = ask([*argv, *(f":(exclude,literal){one}" for one in but)], cwd=folder, check=False)
    return done.status == 0 and not done.stdout


def _line(folder: Path, *words: str) -> str:
    """The line that git prints; empty where it fails."""
    done = ask(["git", *words], cwd=folder, check=False)
    return os.fsdecode(done.stdout.removesuffix(b"\n")) if done.status == 0 else ""
