"""A project as a snapshot: as it lies in a folder, or in a revision of its repository."""

from __future__ import annotations

import os
import tarfile
import tempfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen import config, git, nix, pins, render
from voidgen import project as image_project
from voidgen.errors import Fault, StepFailedError, WrongInputError
from voidgen.snapshot import images, overlay
from voidgen.snapshot.types import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.progress import Progress
    from voidgen.project import Project
    from voidgen.snapshot.types import Selected


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
        named, plan, images.inputs(locks.inputs), *images.void(locks.lock), packages, known,
        overlay.entries(plan["include"], found.overlay),
    )  # fmt: skip


def _evaluated(image: Project) -> dict[str, Selected]:
    """The packages asked for; none where another voidgen emitted the flake, which does not say."""
    default = f"packages.{image.plan.system}.default"
    return images.selected(nix.evaluate(image.folder, default, apply="made: made.selected or [ ]"))


@contextmanager
def revision(folder: Path, name: str) -> Iterator[Path]:
    """The project as it is in a revision, in a folder that goes again."""
    with tempfile.TemporaryDirectory(prefix="voidgen-") as place:
        try:
            with tarfile.open(fileobj=BytesIO(git.archive(folder, name)), mode="r:") as tar:
                tar.extractall(place, filter="data")
        except tarfile.ReadError:
            pass  # Nothing is in it.
        except (tarfile.TarError, OSError) as error:
            what = f"revision {name} cannot be unpacked: {error}"
            raise StepFailedError(what, "check it out elsewhere, and name that folder") from None
        if not os.path.lexists(Path(place, config.FILE)):
            what = f"revision {name} has no {config.FILE} there"
            raise WrongInputError(Fault(what, folder, remedy="name a later one"))
        yield Path(place)
