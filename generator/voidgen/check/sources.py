"""Check that a project's files are up to date, locked, and the same on every machine."""

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
    """Check that the emitted files are what `voidgen generate` would write now."""
    name = "emitted files are current"
    sources = project.sources()
    changes = emit.compare(project.folder, project.tree(), sources=sources, force=True)
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
    """Check that git gives everyone the same files as they are here."""
    found = [*survey.sources(project), *survey.emitted(project)]
    return outcome.of(found, project.folder, "breaks", "lost", "new")


def locked(project: Project) -> Outcome:
    """Check that every input and package is locked with a hash."""
    name = "all inputs are locked"
    found = state.read(project)
    missing = state.unlocked_of_all(project)
    if missing:
        return Outcome(name, "failed", state.remedy(found), "\n".join(missing))
    packages = found.lock.xbps.packages if found.lock and found.lock.xbps else ()
    about = f"{len(found.inputs)} inputs, {len(packages)} packages of Void"
    return Outcome(name, "passed", about)


def fetched(project: Project) -> Outcome:
    """Check that flake.lock agrees with what Nix fetches for each input's reference."""
    name = "inputs match flake.lock"
    entries = state.read(project).entries
    if not entries:
        return Outcome(name, "passed", "flake.lock has no inputs")
    lines, refusals = [], []
    for entry in entries:
        try:
            lines += [*fetched_inputs.differences(entry)]
        except StepFailedError as error:
            refusals.append(f"the input {entry.bound.name} cannot be fetched: {_reason(error)}")
    if lines:
        about = "restore flake.lock with git, or lock the input again with `voidgen update`"
        return Outcome(name, "failed", about, "\n".join([*lines, *refusals]))
    if refusals:
        return Outcome(name, "skipped", "; ".join(refusals))
    return Outcome(name, "passed", f"{len(entries)} fetched again without their hashes")


def _reason(error: StepFailedError) -> str:
    """Return Nix's last error line."""
    lines = [line.strip() for line in error.output.splitlines() if "error:" in line]
    return lines[-1].partition("error:")[2].strip() if lines else error.what


def generated(project: Project) -> Outcome:
    """Check that `voidgen generate` emits the same files in two folders and environments."""
    name = "two generations are the same"
    with copies(project) as both:
        for one in both:
            _remove_emitted(project, one.folder)
            done = one.voidgen("generate", "--force")
            if done.status:
                messages = done.stderr.decode(errors="replace")
                about = f"`voidgen generate` fails in a folder called {one.folder.name}"
                return Outcome(name, "failed", about, messages)
            if not (one.folder / "flake.nix").exists():
                about = f"`voidgen generate` writes nothing in a folder called {one.folder.name}"
                return Outcome(name, "failed", about)
        lines = [*trees.differences(*(_only_emitted(one.folder) for one in both))]
    if lines:
        return Outcome(name, "failed", "they differ", "\n".join(lines))
    about = "in two folders, with two umasks, locales and time zones"
    return Outcome(name, "passed", about)


def _remove_emitted(project: Project, folder: Path) -> None:
    """Remove the emitted files from a copy, so that they cannot be equal by being copied."""
    for path, node in project.tree().items():
        if isinstance(node, File):
            (folder / path).unlink(missing_ok=True)


def _only_emitted(folder: Path) -> Path:
    """Move what was emitted into ``folder`` to its own folder, with the modes that git keeps."""
    kept = folder.with_name(f"{folder.name} emitted")
    kept.mkdir()
    for name in ("flake.nix", "image"):
        (folder / name).rename(kept / name)
    for path in kept.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    return kept
