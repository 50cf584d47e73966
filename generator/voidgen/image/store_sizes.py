"""Find the sizes of a project's packages without building: what the Nix store already knows."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - cattrs reads it
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen import emit
from voidgen.errors import raise_all
from voidgen.image import sizes
from voidgen.lock import state
from voidgen.nix import evaluation, store_paths

if TYPE_CHECKING:
    from voidgen.image.sizes import Sizes
    from voidgen.progress import Progress
    from voidgen.project import Project


@frozen
class _Selected:
    """A package that was asked for, and its store paths by output."""

    name: str
    outputs: Mapping[str, str]


def find(project: Project, progress: Progress) -> Sizes:
    """Return the sizes of the packages that are in the store; the others are unknown.

    Evaluates the flake; builds and fetches nothing. Raises WrongInputError if the project is not
    generated, or an input of its flake is not locked.
    """
    raise_all([*state.flake_faults(project), *emit.faults(project.folder, project.tree())])
    attribute = f"packages.{project.plan.system}.{project.output('default')}.selected"
    with progress.step("evaluating the packages"):
        selected = evaluation.evaluate(str(project.folder), attribute, tuple[_Selected, ...])
    packages = {one.name: [*one.outputs.values()] for one in selected}
    with progress.step("looking in the Nix store"):
        missing = store_paths.invalid({path for own in packages.values() for path in own})
        known = {path for own in packages.values() if not missing & {*own} for path in own}
        return sizes.of(packages, store_paths.path_info(known))
