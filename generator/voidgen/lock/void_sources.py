"""Where Void's packages to lock come from: mklive, XBPS, trusted keys and the indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.config.mklive_options import host_arch
from voidgen.lock import flake_lock, mklive_source, programs, xbps_tools
from voidgen.nix import fetchers, limits
from voidgen.xbps import keys, snapshot
from voidgen.xbps.resolve import Sources

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.progress import Progress
    from voidgen.project import Project
    from voidgen.xbps.snapshot import Snapshot
    from voidgen.xbps.types import Repository, Request, Xbps


@frozen
class Wanted:
    """What an image locks from Void's repositories, and which indexes it takes unchanged."""

    request: Request
    kept: Xbps | None = None
    """The image's own locked packages, if their indexes stay."""
    known: tuple[Repository, ...] = ()
    """Indexes of the project's other images: all images are from one snapshot."""


def sources(wanted: Wanted, flake: Path, project: Project, progress: Progress) -> Sources:
    """Return where the ``wanted`` packages come from; ``flake`` is the folder of flake.lock."""
    plan, folder = project.plan, project.folder
    with progress.step("fetching mklive, and XBPS if nixpkgs has it"):
        locked = flake_lock.locked(flake, "mklive") or {}
        mklive = fetchers.fetch_tree(locked, limits.FETCH)
        mklive_source.check(mklive)
        tools = xbps_tools.find(flake, project, progress)
    own = [folder / name for name in plan.config.xbps.keys]
    trusted = keys.read([*sorted((mklive / "keys").glob("*.plist")), *own])
    indexes = _indexes(wanted, progress)
    askers = {one.name: one.by for one in plan.resolution.xbps}
    mirrors, caches = plan.config.xbps.mirrors, project.caches
    return Sources(
        mklive, tools, tuple(trusted), indexes, mirrors, caches, askers, programs.paths(project)
    )


def _indexes(wanted: Wanted, progress: Progress) -> Snapshot:
    asked, kept = wanted.request, wanted.kept
    places = (asked.arch, asked.repositories)
    if kept and places == (kept.request.arch, kept.request.repositories):
        return snapshot.fetch_locked(kept.repositories, asked.repositories, progress)
    arches = (asked.arch, host_arch(asked.arch))
    found = snapshot.fetch_current(asked.repositories, arches, progress, known=wanted.known)
    snapshot.check_used(found, asked.repositories, arches)
    return found
