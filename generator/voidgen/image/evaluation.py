"""The packages that projects' flakes select; projects that read the same files share one result."""

from __future__ import annotations

import os
from collections.abc import Mapping  # noqa: TC003 - cattrs reads it
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.image.snapshot import Selected
from voidgen.lock import flake_lock
from voidgen.nix import evaluation, flake_ref, store_paths
from voidgen.plan.documents import PlanDocument
from voidgen.plan.render import VARIANTS
from voidgen.schema import typed_json
from voidgen.schema.canonical_json import to_json
from voidgen.system import git, sri
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, MutableMapping
    from voidgen.nix.closure import StorePath
    from voidgen.progress import Progress
    from voidgen.project import Project

MANIFEST = "image/manifest.json"
CODE = ("flake.nix", flake_lock.FILE, "image/nix")
"""What evaluation reads of each project, besides the manifest."""
_SELECTED = "made: made.selected or [ ]"
NOT_READ = ("image/emitted.json", "image/include", "overlay-src", "voidgen.lock", "voidgen.toml")
"""Files that do not change the packages, even if the user's own outputs read them."""


@frozen
class _Package:
    """A package that was asked for, as the flake's evaluation returns it."""

    name: str
    pname: str
    version: str
    outputs: Mapping[str, str]


@frozen
class Selection:
    """The packages asked for, and the store paths that they need if the store has them all."""

    packages: Mapping[str, Selected]
    closure: Mapping[str, StorePath] | None


def manifest(variant: str) -> str:
    """Return the path in a project of the manifest of the image ``variant``."""
    return f"{VARIANTS}/{variant}/{Path(MANIFEST).name}" if variant else MANIFEST


def selection(
    named: str,
    project: Project,
    known: MutableMapping[str, Selection],
    progress: Progress,
    *,
    may_build: bool,
) -> Selection:
    """Return what ``project`` selects, and keep it in ``known``: equal projects share a result.

    ``named`` is what the user calls it. Raises StepFailedError if it does not evaluate, or has to
    build something for that and not ``may_build``.
    """
    tracked = _tracked(project.folder)
    key = _state(project, tracked or sorted(_below(project.folder)))
    if key not in known:
        # In a repository, Nix leaves out what git does not track, such as ISOs.
        flake = str(project.folder) if tracked else project.folder
        with progress.step(f"evaluating {named}"):
            known[key] = _evaluated(flake, project, may_build=may_build)
    return known[key]


def _evaluated(flake: flake_ref.Flake, project: Project, *, may_build: bool) -> Selection:
    """Evaluate. A flake that another voidgen emitted lists no packages, and gets none."""
    default = f"packages.{project.plan.system}.{project.output('default')}"
    kind = tuple[_Package, ...]
    found = evaluation.evaluate(flake, default, kind, apply=_SELECTED, may_build=may_build)
    packages = {one.name: Selected(one.pname, one.version, one.outputs) for one in found}
    outputs = {path for one in packages.values() for path in one.outputs.values()}
    closure = (
        store_paths.path_info(outputs) if outputs and not store_paths.invalid(outputs) else None
    )
    return Selection(packages, closure)


def _tracked(folder: Path) -> list[str]:
    """Return the files of a flake that git tracks; nothing for any other folder."""
    try:
        found = git.tracked(folder) if git.is_inside_work_tree(folder) else []
    except StepFailedError:
        return []
    return found if "flake.nix" in found else []


def _state(project: Project, names: Iterable[str]) -> str:
    """Return a hash of all that decides which packages the flake of ``project`` selects.

    ``names`` are the flake's files.
    """
    folder, config = project.folder, project.plan.config
    sets = config.nix.every_set().values()
    read = (*CODE, *(one.source.split("/")[1] for one in sets if one.is_folder))
    # The user's own outputs and overlays may read any file, and so may what they import.
    overlays = [*config.nix.overlay_files()]
    wanted = (".",) if config.flake.extra or overlays else read
    files = {
        name: _content(folder / name)
        for name in names
        if _is_below(name, wanted) and not _is_below(name, (*NOT_READ, MANIFEST, VARIANTS))
    }
    asked = _asked(folder / manifest(project.name))
    return sri.of_bytes(to_json([files, asked, config.nix.nixpkgs, config.flake.extra]))


def _is_below(name: str, places: Iterable[str]) -> bool:
    return any(place in {"", "."} or f"{name}/".startswith(f"{place}/") for place in places)


def _below(folder: Path) -> Iterator[str]:
    for place, _, names in os.walk(folder):
        for name in names:
            yield os.path.relpath(os.path.join(place, name), folder)  # noqa: PTH118


def _content(file: Path) -> str:
    """Return a hash of a file with its run bit, or the target of a link; empty if it is missing."""
    if file.is_symlink():
        return f"-> {file.readlink()}"
    if not file.is_file():
        return ""
    with file.open("rb") as stream:
        return f"{sri.of_stream(stream)} {os.access(file, os.X_OK)}"


def _asked(manifest: Path) -> object:
    """Return what the manifest says of the packages, or all of it if it cannot be parsed."""
    try:
        document = typed_json.read(manifest.read_bytes(), PlanDocument)
    except OSError:
        return ""
    except GarbledError:
        return _content(manifest)
    return [*PlanDocument.HEADER.items(), typed_json.plain(document.nix), document.image.system]
