"""From what a person names to a snapshot: a project, a revision, a build, a file, an ISO."""

from __future__ import annotations

import json
import os
import tarfile
import tempfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voidgen import build as built_image
from voidgen import config, database, git, nix, pins, regular, render, sizes
from voidgen import project as image_project
from voidgen.errors import Fault, StepFailedError, WrongInputError
from voidgen.iso import embedded
from voidgen.lock import file as lock_file
from voidgen.lock import flake as flake_lock
from voidgen.snapshot import file as snapshot_file
from voidgen.snapshot import overlay
from voidgen.snapshot.types import Locked, Selected, Snapshot, Xbps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from voidgen.lock.flake import Input
    from voidgen.lock.types import Lock
    from voidgen.progress import Progress
    from voidgen.project import Project

LARGEST = 1 << 30
"""Bytes of a manifest: one of a million store paths would be smaller."""
SIDES = (
    "a project or its voidgen.toml, a git revision, a flake reference, a lock file, a store path "
    "or result link, an ISO or its manifest, or a snapshot that `voidgen diff --save` wrote"
)


def read(named: str, folder: Path, progress: Progress) -> Snapshot:
    """The snapshot of ``named``; ``folder`` is the project that revisions are of.

    Raises WrongInputError where nothing has that name, or it is none of `SIDES`, and
    StepFailedError where Nix or git fail.
    """
    # Not resolved: a result is known by the link's name.
    path = Path(os.path.abspath(named))
    if os.path.lexists(path):
        return _of_path(named, path, progress)
    if ":" in named:
        with progress.step(f"fetching {named}"):
            tree = nix.flake_prefetch(named).path
        return project(named, tree, progress)
    if git.is_revision(folder, named):
        with _revision(folder, named) as tree:
            return project(named, tree, progress)
    what = f"nothing here is called {named}, and no revision of the project's repository"
    raise WrongInputError(Fault(what, folder, remedy=f"name {SIDES}"))


def _of_path(named: str, path: Path, progress: Progress) -> Snapshot:
    if path.is_dir():
        return _of_folder(named, path, progress)
    if path.name == config.FILE:
        return project(named, path.parent, progress)
    if path.name == flake_lock.FILE:
        return Snapshot(named, inputs=_inputs(flake_lock.pinned(path)))
    if path.name == lock_file.FILE:
        container, packages = _void(lock_file.parse(_content(path), path))
        return Snapshot(named, container=container, xbps=packages)
    content = embedded.read(path) if path.suffix == ".iso" else _content(path)
    if not content.lstrip().startswith(b"{"):
        return closure(named, path)
    return manifest(named, _json(path, content), path)


def _of_folder(named: str, folder: Path, progress: Progress) -> Snapshot:
    if os.path.lexists(folder / config.FILE):
        return project(named, folder, progress)
    if all((folder / name).exists() for name in ("manifest.json", "include")):
        return built(named, folder)
    return closure(named, folder)


def project(named: str, folder: Path, progress: Progress) -> Snapshot:
    """A project as it lies in ``folder``: evaluated, and not built.

    Its closure is known where the store has it.
    """
    found = image_project.load(folder)
    locks = pins.read(found)
    plan = render.manifest(found.plan, found.overlay)
    with progress.step(f"evaluating {named}"):
        packages = _evaluated(found)
    outputs = {path for one in packages.values() for path in one.outputs.values()}
    known = nix.path_info(outputs) if outputs and not nix.invalid(outputs) else None
    return Snapshot(
        named, plan, _inputs(locks.inputs), *_void(locks.lock), packages, known,
        overlay.entries(plan["include"], found.overlay),
    )  # fmt: skip


def _evaluated(image: Project) -> dict[str, Selected]:
    """The packages asked for; none where another voidgen emitted the flake, which does not say."""
    default = f"packages.{image.plan.system}.default"
    return _selected(nix.evaluate(image.folder, default, apply="made: made.selected or [ ]"))


def built(named: str, result: Path) -> Snapshot:
    """What `nix build` made."""
    return image(named, built_image.manifest(result), result / "include", None)


def image(named: str, made: Mapping[str, Any], include: Path, locks: pins.Pins | None) -> Snapshot:
    """A built image: its manifest, its overlay, and what it was locked to where that is known."""
    container, packages = _void(locks.lock) if locks else (None, None)
    return Snapshot(
        named,
        made["plan"],
        _inputs(locks.inputs) if locks else None,
        container,
        packages,
        *_closure(made),
        overlay.built(made["plan"]["include"], include),
    )


def closure(named: str, path: Path) -> Snapshot:
    """A store path, or a link to one: its closure, with no more known of it."""
    real = str(path.resolve())
    found = database.closure([real])
    if found is not None:
        return Snapshot(named, closure=found)
    try:
        # Before `nix path-info`, which takes any other folder for a flake.
        known = not nix.invalid([real])
    except StepFailedError:
        known = False
    if not known:
        what = "is no project, no manifest and no valid path of the Nix store"
        raise WrongInputError(Fault(what, path, remedy=f"name {SIDES}"))
    return Snapshot(named, closure=nix.path_info([real]))


def manifest(named: str, data: Mapping[str, Any], file: Path) -> Snapshot:
    """A saved snapshot, or the manifest beside or in an ISO."""
    if data.get("kind") == snapshot_file.KIND:
        return snapshot_file.parse(data, file)
    if data.get("version") != 1:
        remedy = "it is of a newer voidgen: use that one, or make the ISO again"
        raise WrongInputError(Fault(f"has version {data.get('version')!r}", file, remedy=remedy))
    try:
        return Snapshot(
            named,
            data["plan"],
            None,
            data["container"],
            {one["pkgver"].rpartition("-")[0]: _xbps(one) for one in data["xbps"]},
            *_closure(data["nix"]),
            overlay.entries(data["plan"]["include"]),
        )
    except (LookupError, TypeError, AttributeError):
        raise WrongInputError(Fault("is none of voidgen's manifests", file)) from None


def _content(file: Path) -> bytes:
    try:
        return regular.read(file, LARGEST)
    except OSError as error:
        raise WrongInputError(Fault(f"cannot be read: {error.strerror}", file)) from None


def _json(file: Path, content: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise WrongInputError(Fault("is no JSON object", file, remedy=f"name {SIDES}"))
    return data


def _selected(packages: Iterable[Mapping[str, Any]]) -> dict[str, Selected]:
    return {one["name"]: Selected(one["pname"], one["version"], one["outputs"]) for one in packages}


def _closure(
    nix_: Mapping[str, Any],
) -> tuple[dict[str, Selected], dict[str, sizes.StorePath]]:
    """The packages asked for, and all that they need: without the profile that links to them."""
    packages, paths = _selected(nix_["packages"]), sizes.closure(nix_["closure"]["paths"])
    waiting = [path for one in packages.values() for path in one.outputs.values()]
    found: dict[str, sizes.StorePath] = {}
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = paths[path]
            waiting += paths[path].references
    return packages, found


def _inputs(found: Iterable[Input]) -> dict[str, Locked]:
    return {one.name: Locked(one.rev, one.date) for one in found}


def _void(lock: Lock | None) -> tuple[str, dict[str, Xbps]]:
    packages = lock.xbps.packages if lock and lock.xbps else ()
    return lock.container if lock else "", {
        one.name: Xbps(one.version, one.size) for one in packages
    }


def _xbps(one: Mapping[str, Any]) -> Xbps:
    return Xbps(one["pkgver"].rpartition("-")[2], one["size"])


@contextmanager
def _revision(folder: Path, revision: str) -> Iterator[Path]:
    """The project as it is in a revision, in a folder that goes again."""
    with tempfile.TemporaryDirectory(prefix="voidgen-") as place:
        try:
            with tarfile.open(fileobj=BytesIO(git.archive(folder, revision)), mode="r:") as tar:
                tar.extractall(place, filter="data")
        except tarfile.ReadError:
            pass  # Nothing is in it.
        except (tarfile.TarError, OSError) as error:
            what = f"revision {revision} cannot be unpacked: {error}"
            raise StepFailedError(what) from None
        if not os.path.lexists(Path(place, config.FILE)):
            what = f"revision {revision} has no {config.FILE} there"
            raise WrongInputError(Fault(what, folder))
        yield Path(place)
