"""``voidgen diff``: read two sides and compare them, or save one. Prints nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.diff import compare, sides
from voidgen.errors import StepFailedError

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.diff.types import Diff
    from voidgen.image.evaluation import Selection
    from voidgen.image.snapshot import Snapshot
    from voidgen.progress import Progress


@frozen
class Request:
    """Two sides as the user names them, in the project of ``folder``.

    ``old`` alone is compared with HEAD, or may be ``OLD..NEW``. Without both, HEAD is compared with
    the project as it is. ``why`` also looks for the reasons of the changes.
    """

    folder: Path
    old: str | None = None
    new: str | None = None
    why: bool = False


def run(request: Request, progress: Progress) -> Diff:
    """Return what differs. Raises WrongInputError and StepFailedError as `sides.read` does."""
    known: dict[str, Selection] = {}
    before, after = (
        _read(side, request.folder, known, progress) for side in _sides(request.old, request.new)
    )
    with progress.late("comparing"):
        diff = compare.compare(before, after)
        return _explained(diff, after) if request.why else diff


def save(side: str | None, folder: Path, file: Path, progress: Progress) -> None:
    """Write a side into a file, from which `sides.read` reads it again."""
    # Imported here: comparing two store paths does not need it.
    from voidgen.image import snapshot_file  # noqa: PLC0415
    from voidgen.system.files import write_atomically  # noqa: PLC0415

    write_atomically(file, snapshot_file.dump_to_share(_read(side or "", folder, {}, progress)))


def _sides(old: str | None, new: str | None) -> tuple[str, str]:
    """Return both sides; an empty one is the project as it is."""
    if new is not None:
        return old or "", new
    if old and ".." in old and not os.path.lexists(old):
        before, _, after = old.partition("..")
        return before or "HEAD", after
    return "HEAD", old or ""


def _read(side: str, folder: Path, known: dict[str, Selection], progress: Progress) -> Snapshot:
    with progress.late(f"reading {side or 'the project'}"):
        return sides.read(side or _project(folder), folder, known, progress)


def _project(folder: Path) -> str:
    # Imported here: two store paths need no project.
    from voidgen import project  # noqa: PLC0415

    return str(project.find(folder))


def _explained(diff: Diff, after: Snapshot) -> Diff:
    # Imported here: only --why needs them.
    from voidgen.diff import reasons  # noqa: PLC0415
    from voidgen.nix import derivations, store_paths  # noqa: PLC0415

    try:
        derivers = store_paths.derivers(reasons.rebuilt(diff))
    except StepFailedError:
        derivers = {}  # Snapshots are compared without Nix, too: ways are known from them.
    return reasons.explain(diff, after, derivers, derivations.read)
