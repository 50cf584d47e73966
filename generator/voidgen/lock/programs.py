"""Programs that the image runs and that nothing in it seems to bring."""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING

from attrs import evolve

from voidgen import config
from voidgen.errors import StepFailedError
from voidgen.lock import services
from voidgen.nix import evaluation
from voidgen.overlay import programs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from voidgen.errors import Fault
    from voidgen.lock.types import Lock
    from voidgen.overlay.programs import Named
    from voidgen.project import Project

_MAIN = "made: builtins.filter builtins.isString (map (one: one.main or null) made.selected or [ ])"


def named(project: Project) -> tuple[Named, ...]:
    """Return the programs that the image runs. Pure."""
    plan, file = project.plan, project.folder / config.FILE
    return programs.named(plan.config.image, plan.resolution, project.overlay, file)


def paths(project: Project) -> tuple[str, ...]:
    """Return the paths at which packages would have the programs that the image runs. Pure."""
    return tuple(one.path for one in named(project))


def missing(project: Project, lock: Lock | None) -> Iterator[Named]:
    """Yield the programs that nothing of the plan brings, as far as the lock and names say. Pure.

    voidgen.lock knows what the packages of its plan have. Without it, only programs that an option
    names are looked for, by the names of packages.
    """
    names = programs.known(project.plan.resolution)
    locked = _locked(project, lock)
    for one in named(project):
        if programs.has(names, one):
            continue
        if one.path in locked:
            if locked[one.path] is None:
                yield one
        elif one.by_option and basename(one.path) not in programs.ASSUMED:
            yield _unlocked(project, one)


def warnings(project: Project, lock: Lock | None) -> list[Fault]:
    """Return a warning for each program that neither the plan nor its Nix packages bring.

    What is built in ./result shows their programs; otherwise, Nix evaluates the emitted flake if it
    can without a network.
    """
    found = [*missing(project, lock)]
    for names in (_built, _main):
        if found and project.plan.packages:
            has = {*names(project)}
            found = [one for one in found if not programs.has(has, one)]
    return [one.warning for one in found]


def _locked(project: Project, lock: Lock | None) -> Mapping[str, str | None]:
    xbps = services.fitting(project, lock)
    return {one.path: one.package for one in (xbps.programs if xbps else None) or ()}


def _unlocked(project: Project, one: Named) -> Named:
    if not project.plan.config.mklive:
        return one
    how = f"run `voidgen lock`, which finds out; if no package has it, {one.warning.remedy}"
    return evolve(one, warning=evolve(one.warning, remedy=how))


def _built(project: Project) -> Iterable[str]:
    folder: Path = project.folder / config.RESULT / "profile/bin"
    try:
        return [one.name for one in folder.iterdir()]
    except OSError:
        return ()


def _main(project: Project) -> Iterable[str]:
    """Return the main programs of the Nix packages, by their meta.mainProgram."""
    if not (project.folder / "flake.nix").exists():
        return ()
    attribute = f"packages.{project.plan.system}.default"
    try:
        return evaluation.evaluate(
            project.folder, attribute, tuple[str, ...], apply=_MAIN, caches=project.caches,
            may_build=False, offline=True,
        )  # fmt: skip
    except StepFailedError:
        return ()
