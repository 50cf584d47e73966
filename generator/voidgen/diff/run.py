"""``voidgen diff``: read two sides and compare them, or save one. Prints nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen import config
from voidgen.diff import arguments, compare, sides
from voidgen.diff.arguments import Side
from voidgen.errors import StepFailedError, WrongInputError
from voidgen.nix import database

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from voidgen.diff.sides import Found
    from voidgen.diff.types import Diff
    from voidgen.errors import Fault
    from voidgen.image.evaluation import Selection
    from voidgen.image.snapshot import Snapshot
    from voidgen.progress import Progress


@frozen
class Request:
    """Two sides as the user names them (`arguments.sides`), in the project of ``folder``.

    ``why`` also looks for the reasons of the changes.
    """

    folder: Path
    old: str | None = None
    new: str | None = None
    why: bool = False


def run(request: Request, progress: Progress) -> Diff:
    """Return what differs. Raises WrongInputError and StepFailedError as `sides.read` does."""
    known: dict[str, Selection] = {}
    named = arguments.sides(request.old, request.new, request.folder)
    if not all(side.name for side in named):
        # Imported here: comparing two store paths does not need it.
        from voidgen import project  # noqa: PLC0415

        # Without a project, a revision that is missing is not what is wrong.
        project.find(request.folder)
    before, after = (_read(side, request.folder, known, progress) for side in named)
    with progress.late("comparing"):
        diff = compare.compare(before.snapshot, after.snapshot, _derivers)
        diff = evolve(
            diff, old_date=before.date, new_date=after.date, stale=before.stale or after.stale
        )
        return _explained(diff, after.snapshot) if request.why else diff


def doubt(request: Request, progress: Progress) -> Fault | None:
    """Return why a result link, if it is a side, is not what the project would build now.

    None if the project itself is the other side: then the difference is what the user asked for.
    """
    named = [one.name for one in arguments.sides(request.old, request.new, request.folder)]
    names = [found[0] for one in named if (found := _RESULT.fullmatch(Path(one).name))]
    if not names:
        return None
    # Imported here: comparing two store paths does not need them.
    from voidgen import project  # noqa: PLC0415
    from voidgen.image import built, freshness  # noqa: PLC0415

    try:
        folder = project.find(request.folder)
    except WrongInputError:
        return None
    paths = [os.path.abspath(one or folder) for one in named]
    for name in names:
        result, variant = folder / name, name.partition("-")[2]
        is_side = str(result) in paths and str(folder) not in paths
        if is_side and (result / "manifest.json").exists():
            image = built.read(result, variant)
            if fault := freshness.doubt_in(folder, image, result, progress, variant):
                return fault
    return None


_RESULT = re.compile(rf"{config.RESULT}(?:-[a-z0-9-]+)?")
"""The link to what Nix built for an image."""


def save(named: str | None, folder: Path, file: Path, progress: Progress) -> None:
    """Write a side into a file, from which `sides.read` reads it again."""
    # Imported here: comparing two store paths does not need it.
    from voidgen.image import snapshot_file  # noqa: PLC0415
    from voidgen.system.files import write_atomically  # noqa: PLC0415

    found = _read(Side(named or ""), folder, {}, progress)
    write_atomically(file, snapshot_file.dump_to_share(found.snapshot))


def _read(side: Side, folder: Path, known: dict[str, Selection], progress: Progress) -> Found:
    with progress.late(f"reading {side.name or 'the project'}"):
        return sides.read(side, folder, known, progress)


def _derivers(paths: Collection[str]) -> Mapping[str, str]:
    """Return the derivations that the store's database knows; none if it cannot be read."""
    return database.derivers(paths) or {}


def _explained(diff: Diff, after: Snapshot) -> Diff:
    # Imported here: only --why needs them.
    from voidgen.diff import reasons  # noqa: PLC0415
    from voidgen.nix import derivations, store_paths  # noqa: PLC0415

    try:
        derivers = store_paths.derivers(reasons.rebuilt(diff))
    except StepFailedError:
        derivers = {}  # Snapshots are compared without Nix, too: ways are known from them.
    return reasons.explain(diff, after, derivers, derivations.read)
