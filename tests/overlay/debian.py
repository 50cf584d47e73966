"""Files of unpacked Debian packages, which would change this machine if they were installed."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[2] / ".venv" / "debian"


def unpacked(package: str) -> Path:
    """Return the folder with the files of Debian's ``package``, which `make test` fetches."""
    place = FOLDER / package
    assert place.is_dir(), f"run `scripts/unpack .venv/debian {package}`, as `make test` does"
    return place
