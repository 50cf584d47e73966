"""The folder for files that voidgen can fetch or make again (XDG Base Directory Specification)."""

from __future__ import annotations

import os
from pathlib import Path

from voidgen.system.environment import home_folder


def folder() -> Path:
    """Return ``$XDG_CACHE_HOME/voidgen``, or else ``~/.cache/voidgen``.

    A relative ``XDG_CACHE_HOME`` is ignored, as the specification demands.
    """
    named = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if named.startswith("/") else home_folder() / ".cache"
    return base / "voidgen"
