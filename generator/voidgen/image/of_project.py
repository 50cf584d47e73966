"""A project as a snapshot: as it is in a folder, or in a revision of its repository."""

from __future__ import annotations

import tarfile
import tempfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from voidgen import config
from voidgen import project as image_project
from voidgen.errors import Fault, StepFailedError, WrongInputError
from voidgen.image import evaluation, of_build, overlay
from voidgen.image.evaluation import Selection
from voidgen.image.snapshot import Snapshot
from voidgen.lock import state
from voidgen.plan import render
from voidgen.plan.documents import PlanDocument
from voidgen.schema import typed_json
from voidgen.system import git
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

    from voidgen.progress import Progress


def project(
    named: str,
    folder: Path,
    known: MutableMapping[str, Selection],
    progress: Progress,
    *,
    may_build: bool,
    variant: str = "",
) -> Snapshot:
    """Return an image of the project in ``folder`` as a snapshot: evaluated, not built.

    Its closure is known if flake.nix is emitted and the store has it. ``may_build`` is whether Nix
    may build what the project's code reads while it is evaluated.
    """
    found = image_project.load(folder).of(variant)
    locks = state.read(found)
    plan = render.document(found.plan, found.overlay)
    selected = Selection({}, None)
    if (folder / "flake.nix").exists():
        selected = evaluation.selection(named, found, known, progress, may_build=may_build)
    return Snapshot(
        named, plan, of_build.inputs(locks.inputs), *of_build.void(locks.lock),
        selected.packages, selected.closure, overlay.entries(plan.include, found.overlay),
    )  # fmt: skip


def is_stale(snapshot: Snapshot, folder: Path, variant: str = "") -> bool:
    """Return whether the plan asks for other Nix packages than the flake emitted in ``folder``."""
    try:
        manifest = folder / evaluation.manifest(variant)
        emitted = typed_json.read(manifest.read_bytes(), PlanDocument)
    except (OSError, GarbledError):
        return False
    return snapshot.plan is not None and snapshot.plan.nix.packages != emitted.nix.packages


@contextmanager
def revision(folder: Path, name: str) -> Iterator[Path]:
    """Yield a temporary folder with the project as it is in a revision."""
    if not git.has_file(folder, name, config.FILE):
        below = git.prefix(folder)
        what = f"revision {name} has no {below}{config.FILE}"
        raise WrongInputError(Fault(what, folder, remedy="name a later revision"))
    with tempfile.TemporaryDirectory(prefix="voidgen-") as place:
        try:
            with tarfile.open(fileobj=BytesIO(git.archive(folder, name)), mode="r:") as tar:
                _unpack(tar, place)
        except (tarfile.TarError, OSError) as error:
            what = f"revision {name} cannot be unpacked: {error}"
            raise StepFailedError(what, "check it out elsewhere, and name that folder") from None
        yield Path(place)


def _unpack(tar: tarfile.TarFile, place: str) -> None:
    """Unpack an archive of git; TarError if something in it leads out of ``place``."""
    if hasattr(tarfile, "data_filter"):
        tar.extractall(place, filter="data")
        return
    # For Python 3.11.0 to 3.11.3, such as Debian 12's.
    members = tar.getmembers()
    links = {PurePosixPath(one.name) for one in members if one.issym()}
    for one in members:
        path = PurePosixPath(one.name)
        known = one.isreg() or one.isdir() or one.issym()
        if not known or path.is_absolute() or ".." in path.parts or links & {*path.parents}:
            raise tarfile.TarError(f"{one.name} leads out of it")
    tar.extractall(place)  # noqa: S202 - checked above
