"""Where voidgen keeps what can be had again (XDG Base Directory Specification)."""

from __future__ import annotations

import os
from pathlib import Path


def folder() -> Path:
    """``$XDG_CACHE_HOME/voidgen``; a relative value counts as none, as the specification says."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if named.startswith("/") else Path.home() / ".cache"
    return base / "voidgen"
