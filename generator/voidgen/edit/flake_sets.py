"""Package sets that are flakes, as inputs of a flake that Nix can evaluate without the project."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from voidgen.config.types import Cache
from voidgen.edit.types import NotAtHandError
from voidgen.errors import StepFailedError, refused
from voidgen.lock import flake_copy, flake_lock, git_inputs, state
from voidgen.nix import flakes
from voidgen.system.network_faults import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from voidgen.plan.plan import Plan
    from voidgen.progress import Progress
    from voidgen.project import Project


@contextmanager
def locked(project: Project, names: Collection[str], progress: Progress) -> Iterator[str]:
    """Yield the reference of a locked flake that has the sets ``names`` as inputs; "" for none.

    flake.lock of the project pins them. Those that it does not pin are locked to what their
    references mean today. Raises NotAtHandError if one cannot be fetched.
    """
    if not names:
        yield ""
        return
    try:
        with tempfile.TemporaryDirectory(prefix="voidgen-") as work:
            folder = Path(work)
            _lock(project, names, folder, progress)
            yield f"path:{folder.resolve()}"
    except OSError as error:
        raise refused(error, tempfile.gettempdir()) from None


def _lock(project: Project, names: Collection[str], folder: Path, progress: Progress) -> None:
    plan = _only(project.plan, names)
    flake_copy.write(
        evolve(project, plan=plan), state.content(project.folder / flake_lock.FILE), folder
    )
    known = {one.name for one in flake_lock.inputs(project.folder, plan) if one.rev}
    try:
        git_inputs.check(plan, {*names} - known, progress)
        with progress.step(f"looking up {' and '.join(names)}"):
            flakes.lock(folder)
    except UnreachableError as error:
        raise NotAtHandError(error.what) from None
    except StepFailedError as error:
        raise NotAtHandError(f"{' and '.join(names)} cannot be locked: {error.what}") from None


def _only(plan: Plan, names: Collection[str]) -> Plan:
    """Return ``plan`` without inputs that neither nixpkgs nor the sets ``names`` need."""
    sets = plan.config.nix.sets
    needed = {*names, *(other for name in names for other in sets[name].follows.values())}
    kept = {name: evolve(one, overlays=()) for name, one in sets.items() if name in needed}
    nix = evolve(plan.config.nix, sets=kept, overlays=())
    return evolve(plan, config=evolve(plan.config, nix=nix, mklive=None, cache=Cache()))
