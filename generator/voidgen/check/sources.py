"""What is checked of a project's files: that they are current, locked, and the same anywhere."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen import emit, git, pins, process, share
from voidgen.compare import trees
from voidgen.errors import StepFailedError
from voidgen.outcome.types import Outcome
from voidgen.overlay import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voidgen.project import Project

PLACES = (
    (
        "one",
        0o022,
        {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "1"},
    ),
    (
        "another, with a longer name",
        0o077,
        {"LC_ALL": "C", "LANG": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "2"},
    ),
)
"""Folder, umask and environment of the two generations."""


def emitted(image: Project) -> Outcome:
    """Whether what `generate` wrote is what it would write now."""
    name = "emitted files are current"
    changes = emit.compare(image.folder, image.tree(), force=True)
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


def locked(image: Project) -> Outcome:
    """Whether every input and package is locked with a hash."""
    name = "all inputs are locked"
    found = pins.read(image)
    missing = pins.unlocked(image, found)
    if missing:
        return Outcome(name, "failed", "run `voidgen lock`", "\n".join(missing))
    packages = found.lock.xbps.packages if found.lock and found.lock.xbps else ()
    about = f"{len(found.inputs)} inputs, {len(packages)} packages of Void"
    return Outcome(name, "passed", about)


def generated(image: Project) -> Outcome:
    """Whether two generations in other folders, with other environments, emit the same."""
    name = "two generations are the same"
    files = git.tracked(image.folder)
    with tempfile.TemporaryDirectory(prefix="voidgen-") as place:
        folders = []
        for where, umask, env in PLACES:
            folder = Path(place, where)
            _copy(image.folder, files, folder)
            words = ["env", *(f"{name}={value}" for name, value in env.items())]
            words += [sys.executable, "-m", "voidgen", "--quiet", "generate", "--force"]
            done = process.run(words, cwd=folder, check=False, umask=umask)
            if done.status:
                said = done.stderr.decode(errors="replace")
                return Outcome(name, "failed", f"cannot be generated in {where!r}", said)
            folders.append(_only_emitted(folder))
        lines = [*trees.differences(*folders)]
    if lines:
        return Outcome(name, "failed", "they differ", "\n".join(lines))
    about = "in two folders, by two umasks, locales and time zones"
    return Outcome(name, "passed", about)


def _copy(project: Path, names: Iterable[str], folder: Path) -> None:
    """What git knows of a project, in a repository of its own."""
    folder.mkdir()
    own = project / catalogue.FOLDER
    builtin = own.exists() and own.samefile(share.catalogue())
    for name in names:
        if builtin and name.startswith(f"{catalogue.FOLDER}/"):
            continue
        try:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / name, folder / name, follow_symlinks=False)
        except FileNotFoundError:
            continue  # Removed, and not committed.
        except OSError as error:
            raise StepFailedError(f"{error.filename or name}: {error.strerror}") from None
    if builtin:
        # voidgen's own repository: its modules are the built-in ones.
        (folder / catalogue.FOLDER).symlink_to(own)
    git.init(folder)


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
