"""Repositories that git and Nix do not read, because another user owns them (safe.directory).

git-config(1). With sudo, git also trusts the user who called it (SUDO_UID).
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from voidgen.system.environment import home_folder

SETTING = "safe.directory"
DISTRUST = (
    r"detected dubious ownership in repository"
    r"|repository path '[^\n]*' is not owned by current user"
)
"""git's message, and that of libgit2, which Nix has from 2.20 on."""
_REPOSITORY = re.compile(r"(?:repository at|repository path) '([^\n]*?)'")


def distrusted(said: str) -> str:
    """Return the repository that git or Nix says it does not trust; "" if it says no such thing."""
    found = _REPOSITORY.search(said) if re.search(DISTRUST, said) else None
    # Nix names git's folder if it is not the project's own.
    return found[1].removesuffix("/").removesuffix("/.git") if found else ""


def command(repository: str) -> str:
    """Return the command that makes git trust ``repository``."""
    return f"git config --global --add {SETTING} {shlex.quote(repository)}"


def remedy(said: str) -> str:
    """Return what to do if git says that it does not trust a repository; "" if it does not."""
    found = distrusted(said)
    return f"it belongs to another user; if you trust it, run\n  {command(found)}" if found else ""


def conf_file() -> Path:
    """Return the file that `command` changes (git-config(1), FILES)."""
    named = os.environ.get("GIT_CONFIG_GLOBAL")
    if named:
        return Path(named)
    own = home_folder() / ".gitconfig"
    other = Path(os.environ.get("XDG_CONFIG_HOME") or home_folder() / ".config") / "git/config"
    return other if other.exists() and not own.exists() else own
