"""The files of the locked Void packages: fetched into the Nix store, and as a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.errors import WrongInputError, raise_all
from voidgen.lock import flake_copy, state, xbps_tools
from voidgen.nix import store_paths
from voidgen.xbps import fetch, store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from voidgen.lock.state import Pins
    from voidgen.progress import Progress
    from voidgen.project import Project
    from voidgen.xbps.types import Xbps

REPAIR = (
    "run `nix-store --realise --repair $(nix eval --raw .#xbps-packages.drvPath)`, "
    "which fetches them again"
)


def packages(project: Project, progress: Progress) -> Mapping[str, Path]:
    """Fetch the locked packages that are missing; return the store paths of all by file name.

    Raises WrongInputError if the lock does not fit the project as it is now.
    """
    return fetched(project, _void(project, state.read(project)), progress)


def repository(project: Project, progress: Progress) -> Path:
    """Return a local repository of the locked packages; fetches those that are missing.

    Raises WrongInputError if the lock does not fit the project as it is now.
    """
    found = state.read(project)
    locked = _void(project, found)
    paths = fetched(project, locked, progress)
    with flake_copy.scratch() as work:
        flake = flake_copy.write(project, found.flake, work)
        with progress.step("looking for XBPS"):
            tools = xbps_tools.find(flake, project, progress)
        return store.repository(locked, paths, tools, progress)


def _void(project: Project, found: Pins) -> Xbps:
    """Return Void's locked packages; WrongInputError if there are none, or if they do not fit."""
    if project.plan.config.mklive is None:
        raise WrongInputError(state.no_iso(project.plan.config))
    raise_all(state.faults(project, found))
    if not found.lock or not found.lock.xbps:
        raise AssertionError("voidgen.lock must have Void's packages here")
    return found.lock.xbps


def fetched(project: Project, locked: Xbps, progress: Progress) -> Mapping[str, Path]:
    """Fetch the packages of ``locked`` that are missing; return the store paths by file name."""
    mirrors = project.plan.config.xbps.mirrors
    paths = fetch.packages(locked.packages, mirrors, progress, project.caches)
    with progress.step(f"checking {len(locked.packages)} packages of Void"):
        store.keep(locked, paths)
        store_paths.check(paths.values(), REPAIR)
    return paths
