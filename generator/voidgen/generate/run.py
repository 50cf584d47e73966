"""``voidgen generate``: emit the flake and the overlay tree, or find what that would change.

Prints nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen import emit, project
from voidgen.errors import Fault, WrongInputError, raise_all
from voidgen.generate import locked_owners, visudo
from voidgen.lock import programs, services, state
from voidgen.nix import flake_path, flake_ref
from voidgen.repository import finding, gitattributes_file, survey
from voidgen.system import git, home_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from voidgen.emit import Changes
    from voidgen.lock.state import Pins
    from voidgen.project import Project
    from voidgen.repository.finding import Finding, Severity

WARNED: tuple[Severity, ...] = ("lost", "differs")
"""The findings that become warnings. `git status` shows files that are not added yet."""


@frozen
class Request:
    """A project's folder. ``check`` writes nothing, ``force`` overwrites files of others."""

    folder: Path
    check: bool = False
    force: bool = False


@frozen
class Result:
    """What changed, or would; a line for each thing that is not locked; what stopped nothing."""

    changes: Changes
    unlocked: tuple[str, ...]
    warnings: tuple[Fault, ...]


def run(request: Request) -> Result:
    """Emit the project's files, or only compare them.

    Raises WrongInputError if the project is not in a git repository, if a lock file is damaged,
    if no locked package provides an enabled service, if emitting would overwrite files of others,
    or if git would break the image.
    """
    image = project.load(request.folder)
    _refuse_no_repository(request.folder)
    # A damaged lock file is reported before anything is written.
    images = [(one, state.read(one)) for one in image.images()]
    raise_all(project.located((one, services.find(one, pins.lock).faults) for one, pins in images))
    unlocked = state.unlocked_of_all(image)
    doubts = project.located(
        (one, _doubts(one, pins, state.unlocked(one, pins))) for one, pins in images
    )
    changes, findings = (_compare if request.check else _write)(image, force=request.force)
    # Nix evaluates what was emitted.
    missing = project.located((one, programs.warnings(one, pins.lock)) for one, pins in images)
    warnings = (*dict.fromkeys((*doubts, *missing)), *finding.faults(findings, *WARNED))
    return Result(changes, tuple(unlocked), warnings)


def _refuse_no_repository(folder: Path) -> None:
    if not git.is_inside_work_tree(folder):
        remedy = (
            "run `git init` there: outside a repository, Nix copies the whole folder, even out/"
        )
        if home := home_folder.home_in(folder):
            remedy = f"it {home}: move the project into a folder of its own, then run `git init`"
        raise WrongInputError(Fault("is not in a git repository", folder, remedy=remedy))


def _compare(project: Project, *, force: bool) -> tuple[Changes, list[Finding]]:
    folder, sources = project.folder, project.sources()
    found = emit.compare(folder, project.tree(), sources=sources, force=force)
    changes = gitattributes_file.with_missing(folder, found)
    findings = survey.before_writing(project, changes)
    raise_all(finding.faults(findings, "breaks"))
    return changes, findings


def _write(project: Project, *, force: bool) -> tuple[Changes, list[Finding]]:
    folder, tree = project.folder, project.tree()
    if gitattributes_file.is_missing(folder):
        # What stops it must do so before anything is written.
        emit.compare(folder, tree, force=force)
    attributes = gitattributes_file.write_if_missing(folder)
    findings = survey.sources(project)
    breaking = finding.faults(findings, "breaks")
    if breaking and attributes:
        # The survey needs the file, but a project that is refused stays as it was.
        gitattributes_file.remove(folder)
    raise_all(breaking)
    changes = emit.write(folder, tree, sources=project.sources(), force=force)
    _add_intent(folder, tree)
    raise_all(finding.faults(survey.emitted(project), "breaks"))
    return evolve(changes, added=(*attributes, *changes.added)), findings


def _add_intent(folder: Path, emitted: Collection[str]) -> None:
    """Let git, and so Nix, know the emitted files that it does not track yet."""
    ours = gitattributes_file.name_if_unedited(folder)
    places = sorted({*ours, *(path.partition("/")[0] for path in emitted)})
    untracked = git.untracked(folder, places)
    known = {*emitted, *ours, emit.LIST}
    strange = [path for path in untracked if path not in known]
    if len(strange) < len(untracked):
        git.add_intent(folder, places, but=strange)


def _doubts(project: Project, pins: Pins, unlocked: Sequence[str]) -> list[Fault]:
    """Return what looks wrong in the overlay, the locks and the path, and stops nothing."""
    doubts = [*project.warnings, *visudo.warnings(project)]
    if not unlocked:
        # Packages that are not locked yet may make what these miss.
        doubts += locked_owners.faults(project, pins.lock)
    doubts += locked_owners.groups(project, None if unlocked else pins.lock)
    doubts += state.warnings(project, pins.lock)
    if not flake_path.is_plain(project.folder):
        doubts += filter(None, [flake_ref.misplaced(project.folder)])
    return doubts
