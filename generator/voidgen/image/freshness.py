"""Find whether what Nix built is what the project describes now. Compares content, never times."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from voidgen import config, project
from voidgen.data import bundled_files
from voidgen.emit.listing import hash_of
from voidgen.errors import Fault, StepFailedError, WrongInputError
from voidgen.lock import flake_lock, state
from voidgen.nix import evaluation
from voidgen.plan import render
from voidgen.schema import typed_json
from voidgen.schema.canonical_json import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.image.built_image import BuiltImage
    from voidgen.progress import Progress
    from voidgen.project import Project

BUILD = "run `voidgen build`"
CODE = "image/nix/"


def doubt_in(folder: Path, image: BuiltImage, result: Path, progress: Progress) -> Fault | None:
    """Return `doubt` for the project in ``folder``, also if that has faults."""
    try:
        found = project.load(folder)
    except WrongInputError:
        what = f"may be older than {config.FILE}, which has errors"
        return Fault(what, result, remedy="run `voidgen generate`, which shows them")
    return doubt(found, image, result, progress)


def doubt(found: Project, image: BuiltImage, result: Path, progress: Progress) -> Fault | None:
    """Return why ``image``, which is in ``result``, isn't what the project would build now.

    None if it is. Builds nothing; evaluates the flake if its package set is a folder, because no
    lock file says what is in that.
    """
    planned = render.document(found.plan, found.overlay)
    if to_json(typed_json.plain(planned)) != to_json(typed_json.plain(image.plan)):
        return _older(f"{config.FILE} and the modules", result)
    of = image.built_from
    if of is None or of.code != code():
        return Fault("was built by another version of voidgen", result, remedy=BUILD)
    try:
        locked = {one.name: one.hash for one in state.read(found, anywhere=True).found}
    except WrongInputError:
        what = f"may be older than {flake_lock.FILE}, which is damaged"
        return Fault(what, result, remedy=flake_lock.RESTORE)
    if any(locked.get(name, hash_) != hash_ for name, hash_ in of.inputs.items()):
        return _older(flake_lock.FILE, result)
    set_ = found.plan.config.nix.nixpkgs
    return _older_than_set(found, set_, result, progress) if set_.startswith("./") else None


def code() -> str:
    """Return the hash of image/nix, as `built-from.nix` there makes it."""
    files = {
        path.removeprefix(CODE): file.data
        for path, file in bundled_files.constant().items()
        if path.startswith(CODE)
    }
    lines = (f"{name} {hash_of(data)}\n" for name, data in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _older(what: str, result: Path) -> Fault:
    return Fault(f"older than {what}", result, remedy=BUILD)


def _older_than_set(found: Project, set_: str, result: Path, progress: Progress) -> Fault | None:
    attribute = f"packages.{found.plan.system}.default.outPath"
    try:
        with progress.late(f"evaluating {set_}"):
            path = evaluation.evaluate(str(found.folder), attribute, str, may_build=False)
    except StepFailedError:
        what = f"may be older than {set_}, which does not evaluate"
        return Fault(what, result, remedy="run `voidgen build`, which says why")
    return None if path == str(result.resolve()) else _older(set_, result)
