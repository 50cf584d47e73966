"""What is checked of a project's files: that they are current, locked, and the same anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen import emit
from voidgen.check.copies import copies
from voidgen.compare import trees
from voidgen.errors import StepFailedError
from voidgen.lock import fetched as fetched_inputs
from voidgen.lock import state
from voidgen.outcome.types import Outcome
from voidgen.repository import outcome, survey
from voidgen.tree import File

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.project import Project


def emitted(project: Project) -> Outcome:
    """Whether what `generate` wrote is what it would write now."""
    name = "emitted files are current"
    changes = emit.compare(project.folder, project.tree(), force=True)
    if not changes:
        return Outcome(name, "passed", f"{len(changes.kept)} files")
    lines = [
        f"{path}: would be {what}"
        for what, paths in (
            ("added", changes.added), ("changed", changes.changed), ("removed", changes.removed),
        )
        for path in paths
    ]  # fmt: skip
    return Outcome(name, "failed", "run `voidgen generate`", "\n".join(lines))


def shared(project: Project) -> Outcome:
    """Whether git gives everybody the files as they are here."""
    found = [*survey.sources(project), *survey.emitted(project)]
    return outcome.of(found, project.folder, "breaks", "lost", "new")


def locked(project: Project) -> Outcome:
    """Whether every input and package is locked with a hash."""
    name = "all inputs are locked"
    found = state.read(project)
    missing = state.unlocked(project, found)
    if missing:
        return Outcome(name, "failed", state.remedy(found), "\n".join(missing))
    packages = found.lock.xbps.packages if found.lock and found.lock.xbps else ()
    about = f"{len(found.inputs)} inputs, {len(packages)} packages of Void"
    return Outcome(name, "passed", about)


def fetched(project: Project) -> Outcome:
    """Whether flake.lock says of each input what Nix fetches by its reference."""
    name = "inputs are what their references give"
    entries = state.read(project).entries
    if not entries:
        return Outcome(name, "passed", "flake.lock has no inputs")
    lines, refusals = [], []
    for entry in entries:
        try:
            lines += [*fetched_inputs.differences(entry)]
        except StepFailedError as error:
            refusals.append(f"{entry.bound.name} cannot be fetched: {_reason(error)}")
    if lines:
        about = "restore flake.lock with git, or lock the input anew with `voidgen update`"
        return Outcome(name, "failed", about, "\n".join([*lines, *refusals]))
    if refusals:
        return Outcome(name, "skipped", "; ".join(refusals))
    return Outcome(name, "passed", f"{len(entries)} fetched without their hashes")


def _reason(error: StepFailedError) -> str:
    """The last line of what Nix says of a failure."""
    said = [line.strip() for line in error.output.splitlines() if "error:" in line]
    return said[-1].partition("error:")[2].strip() if said else error.what


def generated(project: Project) -> Outcome:
    """Whether two generations in other folders, with other environments, emit the same."""
    name = "two generations are the same"
    with copies(project) as both:
        for one in both:
            _remove_emitted(project, one.folder)
            done = one.voidgen("generate", "--force")
            if done.status:
                said = done.stderr.decode(errors="replace")
                about = f"cannot be generated in a folder called {one.folder.name}"
                return Outcome(name, "failed", about, said)
            if not (one.folder / "flake.nix").exists():
                about = f"nothing is generated in a folder called {one.folder.name}"
                return Outcome(name, "failed", about)
        lines = [*trees.differences(*(_only_emitted(one.folder) for one in both))]
    if lines:
        return Outcome(name, "failed", "they differ", "\n".join(lines))
    about = "in two folders, by two umasks, locales and time zones"
    return Outcome(name, "passed", about)


def _remove_emitted(project: Project, folder: Path) -> None:
    """Remove what `generate` writes from a copy: it must not be the same because it was there."""
    for path, node in project.tree().items():
        if isinstance(node, File):
            (folder / path).unlink(missing_ok=True)


def _only_emitted(folder: Path) -> Path:
    """A folder with what was emitted into ``folder``, its modes as git and Nix see them."""
    kept = folder.with_name(f"{folder.name} emitted")
    kept.mkdir()
    for name in ("flake.nix", "image"):
        (folder / name).rename(kept / name)
    for path in kept.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    return kept
