"""The user's home folder, which should be no project: git would look at all files in it."""

from __future__ import annotations

from pathlib import Path


def home_in(folder: Path) -> str:
    """Say that ``folder`` is the user's home folder, or a folder above it; "" if it is neither."""
    try:
        home = Path.home().resolve()
    except RuntimeError:
        return ""
    place = folder.resolve()
    if home == place:
        return "is your home folder"
    return f"holds your home folder {home}" if home.is_relative_to(place) else ""
