"""Find whether a build is what the project describes now. Compares content, never times."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from attrs import evolve

from voidgen import config, project
from voidgen.data import bundled_files
from voidgen.emit.listing import hash_of
from voidgen.errors import Fault, StepFailedError, WrongInputError
from voidgen.image import of_build
from voidgen.lock import flake_lock, state, voidgen_lock
from voidgen.nix import evaluation
from voidgen.plan import render
from voidgen.schema import typed_json
from voidgen.schema.canonical_json import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.image.built_image import BuiltImage
    from voidgen.image.snapshot import Snapshot
    from voidgen.plan.documents import PlanDocument
    from voidgen.progress import Progress
    from voidgen.project import Project

PLAN = f"{config.FILE} and the modules"
CODE = "image/nix/"


def doubt_in(
    folder: Path, image: BuiltImage, result: Path, progress: Progress, variant: str = ""
) -> Fault | None:
    """Return `doubt` for an image of a project, also if that has faults.

    None if the project has no such ``variant``: then ``result`` is not its.
    """
    try:
        found = {one.name: one for one in project.load(folder).images()}
    except WrongInputError:
        what = f"may be older than {config.FILE}, which has errors"
        return Fault(what, result, remedy="run `voidgen generate`, which shows them")
    if variant not in found:
        return None
    return doubt(found[variant], image, result, progress)


def doubt(found: Project, image: BuiltImage, result: Path, progress: Progress) -> Fault | None:
    """Return why ``image``, which is in ``result``, isn't what the project would build now.

    None if it is. Builds nothing; evaluates the flake if a package set is a folder or has
    overlays, because no lock file says what is in those.
    """
    if not _is_plan_of(found, image.plan):
        return _older(PLAN, result, _run("build", found))
    of = image.built_from
    if of is None or of.code != code():
        return Fault("was built by another version of voidgen", result, remedy=_run("build", found))
    try:
        locked = {one.name: one.hash for one in state.read(found, anywhere=True).found}
    except WrongInputError:
        what = f"may be older than {flake_lock.FILE}, which is damaged"
        return Fault(what, result, remedy=flake_lock.RESTORE)
    if any(locked.get(name, hash_) != hash_ for name, hash_ in of.inputs.items()):
        return _older(flake_lock.FILE, result, _run("build", found))
    local = found.plan.config.nix.local()
    return _older_than_set(found, " and ".join(local), result, progress) if local else None


def doubt_of_iso(folder: Path, snapshot: Snapshot, iso: Path, variant: str = "") -> Fault | None:
    """Return why ``iso``, which has this snapshot, is not the ISO that the project describes now.

    None if it is, as far as plan and locks say. ``variant`` is which of the project's images it is.
    """
    try:
        found = project.load(folder).of(variant)
        pins = state.read(found, anywhere=True)
    except WrongInputError:
        what = f"may be older than {config.FILE} or the locks, which have errors"
        return Fault(what, iso, remedy=f"run {config.command('iso', variant)}, which shows them")
    if snapshot.plan is None or not _is_plan_of(found, snapshot.plan):
        return _older(PLAN, iso, _run("iso", found))
    container, packages = of_build.void(pins.lock)
    if (snapshot.inputs, snapshot.container, snapshot.xbps) == (
        of_build.inputs(pins.inputs), container, packages,
    ):  # fmt: skip
        return None
    return _older(f"{flake_lock.FILE} and {voidgen_lock.FILE}", iso, _run("iso", found))


def _is_plan_of(found: Project, document: PlanDocument) -> bool:
    """Return whether ``document`` is the plan of the project, also after a way through JSON."""
    both = (render.document(found.plan, found.overlay), document)
    # What runs mklive changes nothing in the image.
    one, other = (to_json(typed_json.plain(evolve(each, container=None))) for each in both)
    return one == other


def code() -> str:
    """Return the hash of image/nix, as `built-from.nix` there makes it."""
    files = {
        path.removeprefix(CODE): file.data
        for path, file in bundled_files.constant().items()
        if path.startswith(CODE)
    }
    lines = (f"{name} {hash_of(data)}\n" for name, data in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _run(command: str, image: Project) -> str:
    """Return the remedy that runs a command of voidgen for ``image``."""
    return f"run {config.command(command, image.name)}"


def _older(what: str, built: Path, remedy: str) -> Fault:
    return Fault(f"older than {what}", built, remedy=remedy)


def _older_than_set(found: Project, set_: str, result: Path, progress: Progress) -> Fault | None:
    attribute = f"packages.{found.plan.system}.{found.output('default')}.outPath"
    try:
        with progress.late(f"evaluating {set_}"):
            path = evaluation.evaluate(str(found.folder), attribute, str, may_build=False)
    except StepFailedError:
        what = f"may be older than {set_}, which does not evaluate"
        return Fault(what, result, remedy=f"{_run('build', found)}, which says why")
    return None if path == str(result.resolve()) else _older(set_, result, _run("build", found))
