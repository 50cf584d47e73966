"""Package sets that move: the Nix that they need, and the packages of the image that change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError
from voidgen.lock import changes, flake_lock
from voidgen.lock.changes import NixPackage
from voidgen.nix import evaluation, fetchers, limits, requirements
from voidgen.system.network_faults import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from voidgen.lock.changes import Move
    from voidgen.lock.flake_lock import Input
    from voidgen.progress import Progress
    from voidgen.project import Project


def readable(project: Project, inputs: tuple[Input, ...], flake: Path, progress: Progress) -> None:
    """Raise StepFailedError if this Nix cannot read a package set; ``flake`` has flake.lock."""
    pinned = {one.name for one in inputs if one.rev}
    for name, one in project.plan.config.nix.every_set().items():
        if one.is_folder:
            requirements.check(project.folder / one.source)
        elif one.nixpkgs and name in pinned and (locked := flake_lock.locked(flake, name)):
            with progress.step("checking what the package set needs"):
                tree = fetchers.fetch_tree(locked, limits.FETCH)
                requirements.check(tree / str(locked.get("dir", "")))


def moves(
    project: Project,
    before: tuple[Input, ...],
    inputs: tuple[Input, ...],
    flake: Path,
    progress: Progress,
) -> tuple[Move, ...]:
    """Return the packages of the image whose versions change with their package sets.

    ``before`` are the inputs as they were locked, ``inputs`` those of ``flake`` as it is.
    """
    sets = project.plan.config.nix.every_set()
    new = {one.name: one.rev for one in inputs}
    moved = {
        one.name: one.url
        for one in before
        if one.name in sets and one.rev and new.get(one.name, one.rev) != one.rev
    }
    if not moved:
        return ()
    names = " and ".join(moved)
    with progress.step(f"evaluating the packages with the old {names} and the new one"):
        try:
            was = _packages(flake, project, moved)
        except UnreachableError:
            raise
        except StepFailedError:
            # The wanted packages may exist only in the new one.
            was = ()
        try:
            is_ = _packages(flake, project)
        except UnreachableError:
            raise
        except StepFailedError as error:
            what = f"the image's packages do not evaluate with the new {names}, so nothing changed"
            remedy = f"change voidgen.toml to fit it, or update {names} anyway with --no-eval"
            raise StepFailedError(what, remedy, error.output or error.what) from None
    return tuple(changes.packages(was, is_))


def _packages(
    flake: Path, project: Project, inputs: Mapping[str, str] | None = None
) -> tuple[NixPackage, ...]:
    attribute = f"packages.{project.plan.system}.default.packages"
    return evaluation.evaluate(
        flake, attribute, tuple[NixPackage, ...], inputs=inputs, caches=project.caches
    )
