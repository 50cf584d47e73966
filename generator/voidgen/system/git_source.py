"""Where a project comes from, as git knows it: commit, remote, and whether files changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from voidgen.system.process import ask

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def commit(folder: Path) -> str:
    """Return the full hash of the commit that is checked out, or ""."""
    return _line(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")


def prefix(folder: Path) -> str:
    """Return the path of ``folder`` in its repository, with no slash at the end; "" at the top."""
    return _line(folder, "rev-parse", "--show-prefix").removesuffix("/")


def remote_url(folder: Path) -> str:
    """Return the URL of the current branch's remote, or else of ``origin``, or ""."""
    branch = _line(folder, "symbolic-ref", "--quiet", "--short", "HEAD")
    named = _line(folder, "config", "--get", f"branch.{branch}.remote") if branch else ""
    for name in dict.fromkeys((named, "origin")):
        # "." stands for a branch of the same repository.
        url = _line(folder, "remote", "get-url", "--", name) if name not in {"", "."} else ""
        if url:
            return url
    return ""


def is_clean(folder: Path, but: Sequence[str]) -> bool:
    """Return whether the whole repository is as committed, without untracked files.

    Ignored files do not count, nor do files in the folders ``but`` of ``folder``.
    """
    words = ["status", "--porcelain", "-z", "--untracked-files=all", "--ignore-submodules=none"]
    # Without this option, git would rewrite the index.
    argv = ["git", "--no-optional-locks", *words, "--", ":/"]
    done = ask([*argv, *(f":(exclude,literal){one}" for one in but)], cwd=folder, check=False)
    return done.status == 0 and not done.stdout


def _line(folder: Path, *words: str) -> str:
    """Return the line that git prints; "" if it fails."""
    done = ask(["git", *words], cwd=folder, check=False)
    return os.fsdecode(done.stdout.removesuffix(b"\n")) if done.status == 0 else ""
