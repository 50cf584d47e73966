"""``voidgen generate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from voidgen.emit import Changes
    from voidgen.errors import Fault
    from voidgen.lock.state import Pins
    from voidgen.project import Project
    from voidgen.repository.finding import Severity

SHOWN = 20
"""Changed files and warnings that are named; more are counted."""
WARNED: tuple[Severity, ...] = ("lost", "differs")
"""What generate warns about; `git status` shows files that are not added yet."""


@click.command("generate", cls=Command)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where something would change.")
@click.option(
    "--force", is_flag=True, help="Overwrite files that are not voidgen's or were edited."
)
@click.pass_obj
def command(settings: Settings, check: bool, force: bool) -> int:
    """Emit the flake and the overlay tree from voidgen.toml.

    Writes flake.nix and image/, removes what an earlier run emitted and is no longer needed,
    and touches nothing else; a project without .gitattributes gets one, so that git leaves the
    files as they are. Then `nix build` makes the closure and the include tree.
    """
    from voidgen import project  # noqa: PLC0415

    folder = project.find(Path(settings.project))
    with settings.late("generating"):
        return _generate(settings, folder, check=check, force=force)


def _generate(settings: Settings, folder: Path, *, check: bool, force: bool) -> int:
    from voidgen import emit, project  # noqa: PLC0415
    from voidgen.errors import Fault, WrongInputError, raise_all  # noqa: PLC0415
    from voidgen.lock import state  # noqa: PLC0415
    from voidgen.repository import finding, gitattributes_file, survey  # noqa: PLC0415
    from voidgen.system import git  # noqa: PLC0415

    image = project.load(folder)
    if not git.is_inside_work_tree(folder):
        remedy = (
            "run `git init` there: outside a repository Nix would copy all of it, out/ included"
        )
        raise WrongInputError(Fault("is not in a git repository", folder, remedy=remedy))
    tree = image.tree()
    # Read first: a broken lock must be told before anything is written.
    locks = state.read(image)
    missing = state.unlocked(image, locks)
    doubts = _doubts(image, locks, missing)
    if check:
        changes = gitattributes_file.with_missing(folder, emit.compare(folder, tree, force=force))
        findings = survey.before_writing(image, changes)
        raise_all(finding.faults(findings, "breaks"))
        warnings = [*doubts, *finding.faults(findings, *WARNED)]
        _tell(settings, changes, missing, warnings, check=True)
        return 1 if changes else 0
    if gitattributes_file.is_missing(folder):
        # What stops it must do so before anything is written.
        emit.compare(folder, tree, force=force)
    attributes = gitattributes_file.write_if_missing(folder)
    findings = survey.sources(image)
    raise_all(finding.faults(findings, "breaks"))
    changes = emit.write(folder, tree, force=force)
    ours = gitattributes_file.name_if_unedited(folder)
    places = sorted({*ours, *(path.partition("/")[0] for path in tree)})
    new = git.untracked(folder, places)
    known = {*tree, *ours, emit.LIST}
    strange = [path for path in new if path not in known]
    if len(strange) < len(new):
        git.add_intent(folder, places, but=strange)
    raise_all(finding.faults(survey.emitted(image), "breaks"))
    changes = attrs.evolve(changes, added=(*attributes, *changes.added))
    warnings = [*doubts, *finding.faults(findings, *WARNED)]
    _tell(settings, changes, missing, warnings, check=False)
    return 0


def _doubts(image: Project, locks: Pins, missing: list[str]) -> list[Fault]:
    """Return what looks wrong in the overlay, the locks and the path, and stops nothing."""
    from voidgen.generate import locked_owners, visudo  # noqa: PLC0415
    from voidgen.lock import state  # noqa: PLC0415
    from voidgen.nix import flake_path  # noqa: PLC0415

    doubts = [*image.warnings, *visudo.warnings(image)]
    if not missing:
        # Packages that are not locked yet may make what these miss.
        doubts += locked_owners.faults(image, locks.lock)
    doubts += state.warnings(image, locks.lock)
    if not flake_path.is_plain(image.folder):
        from voidgen.nix import flake_ref  # noqa: PLC0415

        doubts += filter(None, [flake_ref.misplaced(image.folder)])
    return doubts


def _tell(
    settings: Settings, changes: Changes, missing: list[str], warnings: list[Fault], *, check: bool
) -> None:
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.text import visible  # noqa: PLC0415

    if settings.json:
        told = [{"file": str(one.file), "what": one.what, "remedy": one.remedy} for one in warnings]
        rows = {"changes": bool(changes), **attrs.asdict(changes), "unlocked": missing}
        result({**rows, "warnings": told})
        return
    _warn(warnings)
    if settings.quiet:
        return
    _list(changes, "would be " if check else "")
    if not check:
        for line in missing:
            click.echo(visible(line))
        click.echo(f"next: {'voidgen lock && ' if missing else ''}nix build")


def _warn(warnings: list[Fault]) -> None:
    """Print warnings, also under --quiet: the user has to do something about them."""
    from voidgen.cli.report import warn  # noqa: PLC0415

    for one in warnings[:SHOWN]:
        warn(one)
    if len(warnings) > SHOWN:
        click.echo(f"warning: {len(warnings) - SHOWN} more like these", err=True)


def _list(changes: Changes, how: str) -> None:
    from voidgen.text import visible  # noqa: PLC0415

    rows = [
        *(("+", path) for path in changes.added),
        *(("~", path) for path in changes.changed),
        *(("-", path) for path in changes.removed),
    ]
    for sign, path in rows[:SHOWN]:
        click.echo(visible(f"  {sign} {path}"))
    if len(rows) > SHOWN:
        click.echo(f"  and {len(rows) - SHOWN} more")
    if rows:
        click.echo(
            f"{len(changes.added)} {how}added, {len(changes.changed)} {how}changed, "
            f"{len(changes.removed)} {how}removed, {len(changes.kept)} as they were"
        )
    else:
        click.echo(f"nothing to do: all {len(changes.kept)} emitted files are current")
    for path in changes.strays[:SHOWN]:
        click.echo(visible(f"  ? {path} is not part of the image: give it to a module's files/"))
