"""From what a person names to a snapshot: a project, a revision, a build, a file, an ISO.

What each kind needs is imported where it is read: most of it is for projects, and a store path
is compared in the time that importing it would take.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voidgen import config, database
from voidgen.errors import Fault, StepFailedError, WrongInputError, unreadable
from voidgen.snapshot.types import Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from voidgen.progress import Progress
    from voidgen.snapshot.evaluation import Selection

LARGEST = 1 << 30
"""Bytes of a manifest: one of a million store paths would be smaller."""
SIDES = (
    "a project or its voidgen.toml, a git revision, a flake reference, a lock file, a store path "
    "or result link, an ISO or its manifest, or a snapshot that `voidgen diff --save` wrote"
)


def read(
    named: str, folder: Path, known: MutableMapping[str, Selection], progress: Progress
) -> Snapshot:
    """The snapshot of ``named``; ``folder`` is the project that revisions are of.

    Sides that are read with the same ``known`` are evaluated once if they select the same.

    Raises WrongInputError where nothing has that name, or it is none of `SIDES`, and
    StepFailedError where Nix or git fail.
    """
    # Not resolved: a result is known by the link's name.
    path = Path(os.path.abspath(named))
    if os.path.lexists(path):
        return (
            _of_folder(named, path, known, progress)
            if path.is_dir()
            else _of_file(named, path, known, progress)
        )
    from voidgen import git, nix
    from voidgen.snapshot import projects

    if ":" in named:
        with progress.step(f"fetching {named}"):
            tree = nix.flake_prefetch(named).path
        return projects.project(named, tree, known, progress)
    if git.is_revision(folder, named):
        with projects.revision(folder, named) as tree:
            return projects.project(named, tree, known, progress)
    what = f"nothing here is called {named}, and no revision of the project's repository"
    raise WrongInputError(Fault(what, folder, remedy=f"name {SIDES}"))


def _of_folder(
    named: str, folder: Path, known: MutableMapping[str, Selection], progress: Progress
) -> Snapshot:
    if os.path.lexists(folder / config.FILE):
        from voidgen.snapshot import projects

        return projects.project(named, folder, known, progress)
    if all((folder / name).exists() for name in ("manifest.json", "include")):
        from voidgen.snapshot import images

        return images.built(named, folder)
    return closure(named, folder)


def _of_file(
    named: str, path: Path, known: MutableMapping[str, Selection], progress: Progress
) -> Snapshot:
    if path.name == config.FILE:
        from voidgen.snapshot import projects

        return projects.project(named, path.parent, known, progress)
    if path.suffix == ".lock":
        from voidgen.lock import file as lock_file
        from voidgen.lock import flake as flake_lock
        from voidgen.snapshot import images

        if path.name == flake_lock.FILE:
            return Snapshot(named, inputs=images.inputs(flake_lock.pinned(path)))
        if path.name == lock_file.FILE:
            container, packages = images.void(lock_file.parse(_content(path), path))
            return Snapshot(named, container=container, xbps=packages)
    if path.suffix == ".iso":
        from voidgen.iso import embedded

        content = embedded.read(path)
    else:
        content = _content(path)
    if not content.lstrip().startswith(b"{"):
        return closure(named, path)
    from voidgen.snapshot import images

    return images.manifest(named, _json(path, content), path)


def closure(named: str, path: Path) -> Snapshot:
    """A store path, or a link to one: its closure, with no more known of it."""
    real = str(path.resolve())
    found = database.closure([real])
    if found is not None:
        return Snapshot(named, closure=found)
    from voidgen import nix

    try:
        # Before `nix path-info`, which takes any other folder for a flake.
        known = not nix.invalid([real])
    except StepFailedError:
        known = False
    if not known:
        what = "is no project, no manifest and no valid path of the Nix store"
        raise WrongInputError(Fault(what, path, remedy=f"name {SIDES}"))
    return Snapshot(named, closure=nix.path_info([real]))


def _content(file: Path) -> bytes:
    from voidgen import regular

    try:
        return regular.read(file, LARGEST)
    except OSError as error:
        raise WrongInputError(unreadable(error, file)) from None


def _json(file: Path, content: bytes) -> Mapping[str, Any]:
    from voidgen import foreign

    try:
        data = foreign.parse(content)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise WrongInputError(Fault("is no JSON object", file, remedy=f"name {SIDES}"))
    return data
