"""Check the folders of the user in which Nix, git and voidgen keep settings and caches."""

from __future__ import annotations

import os
from pathlib import Path

from voidgen.nix.setup_remedies import set_home
from voidgen.outcome.types import Outcome

NAME = "home folder"
OTHERS = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")


def check() -> Outcome:
    """Check HOME, and the folders that replace parts of it (XDG Base Directory Specification)."""
    named = os.environ.get("HOME")
    if not named:
        return Outcome(NAME, "warning", "HOME is not set", set_home())
    home = Path(named)
    if fault := _fault(home):
        return Outcome(NAME, "failed", f"HOME={named}: {fault}", set_home())
    if home.stat().st_uid != os.geteuid():
        what = f"HOME={named} belongs to another user: did you use `sudo -E`?"
        return Outcome(NAME, "warning", what, set_home())
    for name in OTHERS:
        folder = os.environ.get(name)
        if folder and (fault := _fault(_nearest(Path(folder)))):
            return Outcome(NAME, "failed", f"{name}={folder}: {fault}", f"unset {name}")
    return Outcome(NAME, "passed", named)


def _nearest(folder: Path) -> Path:
    """Return ``folder``, or the folder in which it would be made."""
    return next((one for one in (folder, *folder.parents) if one.exists()), folder)


def _fault(folder: Path) -> str:
    if not folder.is_absolute():
        return "not an absolute path"
    if not folder.is_dir():
        return "not a folder"
    return "" if os.access(folder, os.W_OK | os.X_OK) else "you cannot write there"
