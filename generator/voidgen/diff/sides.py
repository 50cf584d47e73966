"""Read a snapshot from what the user names: a project, a revision, a build, a file, an ISO.

Modules that only one kind of side needs are imported when it is read. Most of them are for
projects, and importing them takes as long as comparing two store paths.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen import config
from voidgen.diff import dates
from voidgen.diff.arguments import WORKING_TREE
from voidgen.errors import Fault, StepFailedError, WrongInputError, did_you_mean
from voidgen.image.snapshot import Snapshot
from voidgen.nix import database

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from voidgen.diff.arguments import Side
    from voidgen.image.evaluation import Selection
    from voidgen.progress import Progress

LARGEST = 1 << 30
"""Maximum bytes of a manifest that are read: one with a million store paths would be smaller."""
SIDES = (
    "a project or its voidgen.toml, a git revision, a flake reference (each with #VARIANT for a "
    "variant), a lock file, a store path or result link, an ISO or its manifest, or a snapshot "
    "that `voidgen diff --save` wrote"
)


@frozen
class Found:
    """A side that was read: its snapshot, and the day that it is from; "" if that is not known.

    ``stale`` is whether voidgen.toml asks for other Nix packages than the emitted flake.
    """

    snapshot: Snapshot
    date: str = ""
    stale: bool = False


def read(
    side: Side, folder: Path, known: MutableMapping[str, Selection], progress: Progress
) -> Found:
    """Return what ``side`` names; ``folder`` is in the project whose revisions can be named.

    Sides that are read with the same ``known`` are evaluated once if they select the same packages.
    Nix builds nothing for the evaluation of a project other than that of ``folder``.

    Raises WrongInputError if nothing has that name, or it isn't one of `SIDES`, and StepFailedError
    if Nix or git fails.
    """
    if not side.name:
        # Imported here: two store paths need no project.
        from voidgen import project

        return _of_project(side.shown, project.find(folder), known, progress, own=True)
    if not side.revision:
        # Not resolved: a result link is recognised by the link's own name.
        path = Path(os.path.abspath(side.name))
        place = path.parent if path.name == config.FILE and not path.is_dir() else path
        if os.path.lexists(place / config.FILE):
            own = _is_project_of(folder, place)
            named = WORKING_TREE if own else side.name
            return _of_project(named, place, known, progress, own=own)
        if os.path.lexists(path):
            snapshot = (_of_folder if path.is_dir() else _of_file)(side.name, path)
            return Found(snapshot, dates.of_file(path))
        place = Path(os.path.abspath(side.place))
        if side.variant and os.path.lexists(place / config.FILE):
            own = _is_project_of(folder, place)
            return _of_project(side.name, place, known, progress, own=own, variant=side.variant)
    return _of_name(side, folder, known, progress)


def _of_project(  # noqa: PLR0913 - what the side is
    named: str,
    place: Path,
    known: MutableMapping[str, Selection],
    progress: Progress,
    *,
    own: bool,
    variant: str = "",
) -> Found:
    from voidgen.image import of_project

    snapshot = of_project.project(named, place, known, progress, may_build=own, variant=variant)
    # Of someone else's, git is not asked: it may run programs that the repository's settings name.
    date = dates.of_project(place) if own else dates.of_file(place / config.FILE)
    return Found(snapshot, date, of_project.is_stale(snapshot, place, variant))


def _of_name(
    side: Side, folder: Path, known: MutableMapping[str, Selection], progress: Progress
) -> Found:
    """Read a revision of the repository that ``folder`` is in, or a flake reference."""
    from voidgen.image import of_project
    from voidgen.system import git

    named, folder = side.name, _project_folder(folder)
    place, variant = side.place, side.variant
    if git.is_revision(folder, named):
        place, variant = named, ""
    if git.is_revision(folder, place):
        with of_project.revision(folder, place) as tree:
            snapshot = of_project.project(
                named, tree, known, progress, may_build=True, variant=variant
            )
            stale = of_project.is_stale(snapshot, tree, variant)
        return Found(snapshot, git.commit_date(folder, place), stale)
    if ":" in named and not side.revision:
        from voidgen.nix import fetchers

        with progress.step(f"fetching {place}"):
            tree = fetchers.flake_prefetch(place).path
        found = of_project.project(
            named, tree, known, progress, may_build=False, variant=side.variant
        )
        return Found(found)
    raise WrongInputError(_unknown(side, folder))


def _unknown(side: Side, folder: Path) -> Fault:
    """Return the fault of a name that neither a file nor a revision has."""
    from voidgen.system import git

    no_file = "" if side.revision else f"no file here is called {side.name}, and "
    if not git.is_inside_work_tree(folder):
        what = f"{no_file}the project is in no git repository, so it has no revision {side.name}"
        return Fault(what, folder, remedy=f"name {SIDES}")
    if not git.has_commits(folder):
        what = f"{no_file}the repository has no commits, so it has no revision {side.name}"
        commit = "commit the project first: git add . && git commit"
        return Fault(what, folder, remedy=commit if side.revision else f"name {SIDES}")
    remedy = did_you_mean(side.name, ("HEAD", *git.references(folder))) or f"name {SIDES}"
    return Fault(f"{no_file}the repository has no revision {side.name}", folder, remedy=remedy)


def _project_folder(folder: Path) -> Path:
    """Return the folder of the project that ``folder`` is in, or ``folder``."""
    from voidgen import project

    try:
        return project.find(folder)
    except WrongInputError:
        return folder


def _is_project_of(folder: Path, place: Path) -> bool:
    """Return whether ``place`` has the user's own project, in which ``folder`` is."""
    found = _project_folder(folder)
    return os.path.lexists(found / config.FILE) and found.samefile(place)


def _of_folder(named: str, folder: Path) -> Snapshot:
    if all((folder / name).exists() for name in ("manifest.json", "include")):
        from voidgen.image import of_build

        return of_build.built(named, folder)
    return closure(named, folder)


def _of_file(named: str, path: Path) -> Snapshot:
    if path.suffix == ".lock":
        from voidgen.image import of_build
        from voidgen.lock import flake_lock
        from voidgen.lock import voidgen_lock as lock_file

        if path.name == flake_lock.FILE:
            return Snapshot(named, inputs=of_build.inputs(flake_lock.pinned(path)))
        if path.name == lock_file.FILE:
            container, packages = of_build.void(lock_file.parse(_content(path), path))
            return Snapshot(named, container=container, xbps=packages)
    if path.suffix == ".iso":
        from voidgen.image import of_iso

        content = of_iso.read(path)
    else:
        content = _content(path)
    if not content.lstrip().startswith(b"{"):
        return closure(named, path)
    from voidgen.image import of_build

    return of_build.manifest(named, _json(path, content), path)


def closure(named: str, path: Path) -> Snapshot:
    """Return the closure of a store path, or of a link to one; nothing else is known of it."""
    real = str(path.resolve())
    found = database.closure([real])
    if found is not None:
        return Snapshot(named, closure=found)
    from voidgen.nix import store_paths

    try:
        # Before `nix path-info`, which takes any other folder for a flake.
        known = not store_paths.invalid([real])
    except StepFailedError:
        known = False
    if not known:
        what = "is not a project, a manifest or a valid path of the Nix store"
        raise WrongInputError(Fault(what, path, remedy=f"name {SIDES}"))
    return Snapshot(named, closure=store_paths.path_info([real]))


def _content(file: Path) -> bytes:
    from voidgen.system.files import read_input

    return read_input(file, LARGEST)


def _json(file: Path, content: bytes) -> object:
    from voidgen.system import untrusted

    try:
        data: object = untrusted.parse_json(content)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise WrongInputError(Fault("is not a JSON object", file, remedy=f"name {SIDES}"))
    return data
