"""Where the settings of Nix are that a user can change (nix.conf(5))."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from attrs import frozen

from voidgen.system.environment import home_folder


@frozen
class Line:
    """A line that a nix.conf lacks."""

    file: Path
    text: str

    def command(self) -> str:
        """Return the command that adds it."""
        folder = _shown(self.file.parent)
        return f"mkdir -p {folder} && echo {shlex.quote(self.text)} >> {_shown(self.file)}"


def system_conf() -> Path:
    """Return the nix.conf of the machine, which only root writes."""
    return Path(os.environ.get("NIX_CONF_DIR") or "/etc/nix") / "nix.conf"


def own_conf() -> Path:
    """Return the nix.conf that this user writes: root's is the machine's."""
    if os.geteuid() == 0:
        return system_conf()
    named = os.environ.get("NIX_USER_CONF_FILES", "").partition(":")[0]
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CONFIG_HOME") or home_folder() / ".config") / "nix/nix.conf"


def _shown(path: Path) -> str:
    """Return ``path`` for a shell, with ~ for the user's home."""
    home = home_folder()
    if path.is_relative_to(home) and str(home) == os.environ.get("HOME"):
        return f"~/{shlex.quote(str(path.relative_to(home)))}"
    return shlex.quote(str(path))
