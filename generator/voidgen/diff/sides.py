"""Read a snapshot from what the user names: a project, a revision, a build, a file, an ISO.

Modules that only one kind of side needs are imported when it is read. Most of them are for
projects, and importing them takes as long as comparing two store paths.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen import config
from voidgen.errors import Fault, StepFailedError, WrongInputError
from voidgen.image.snapshot import Snapshot
from voidgen.nix import database

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from voidgen.image.evaluation import Selection
    from voidgen.progress import Progress

LARGEST = 1 << 30
"""Maximum bytes of a manifest that are read: one with a million store paths would be smaller."""
SIDES = (
    "a project or its voidgen.toml, a git revision, a flake reference, a lock file, a store path "
    "or result link, an ISO or its manifest, or a snapshot that `voidgen diff --save` wrote"
)


def read(
    named: str, folder: Path, known: MutableMapping[str, Selection], progress: Progress
) -> Snapshot:
    """Return the snapshot of ``named``; ``folder`` is the project whose revisions can be named.

    Sides that are read with the same ``known`` are evaluated once if they select the same packages.
    Nix builds nothing for the evaluation of a project other than that of ``folder``.

    Raises WrongInputError if nothing has that name, or it isn't one of `SIDES`, and StepFailedError
    if Nix or git fails.
    """
    # Not resolved: a result link is recognised by the link's own name.
    path = Path(os.path.abspath(named))
    place = path.parent if path.name == config.FILE and not path.is_dir() else path
    if os.path.lexists(place / config.FILE):
        from voidgen.image import of_project

        may_build = _is_project_of(folder, place)
        return of_project.project(named, place, known, progress, may_build=may_build)
    if os.path.lexists(path):
        return _of_folder(named, path) if path.is_dir() else _of_file(named, path)
    from voidgen.image import of_project
    from voidgen.nix import fetchers
    from voidgen.system import git

    if ":" in named:
        with progress.step(f"fetching {named}"):
            tree = fetchers.flake_prefetch(named).path
        return of_project.project(named, tree, known, progress, may_build=False)
    if git.is_revision(folder, named):
        with of_project.revision(folder, named) as tree:
            return of_project.project(named, tree, known, progress, may_build=True)
    what = f"no file here and no revision of the project's repository is called {named}"
    raise WrongInputError(Fault(what, folder, remedy=f"name {SIDES}"))


def _is_project_of(folder: Path, place: Path) -> bool:
    """Return whether ``place`` has the user's own project, in which ``folder`` is."""
    from voidgen import project

    try:
        return project.find(folder).samefile(place)
    except WrongInputError:
        return False


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
