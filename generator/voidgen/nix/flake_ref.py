"""Flake references, as Nix's command line takes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError
from voidgen.nix import flake_path, installed

if TYPE_CHECKING:
    from voidgen.errors import Fault

Flake = Path | str
"""A folder that is a flake by itself, or a reference as a person would write it."""


def misplaced(folder: Path) -> Fault | None:
    """Return what is wrong with ``folder`` as the place of a project; None if Nix accepts it.

    Nix is asked for its version only if the path is not plain.
    """
    if flake_path.is_plain(folder):
        return None
    try:
        return flake_path.fault(folder, installed.version())
    except StepFailedError:
        return flake_path.fault(folder, None)


def reference(flake: Flake) -> str:
    """Return ``flake`` for Nix's command line; StepFailedError for a folder that it cannot read."""
    if isinstance(flake, Path):
        return f"path:{flake}"
    if flake.startswith("/") and Path(flake).is_dir() and (fault := misplaced(Path(flake))):
        raise StepFailedError(f"{flake}: {fault.what}", fault.remedy)
    return flake
