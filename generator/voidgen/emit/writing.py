"""Write a tree into a project, file by file, so that a killed run leaves nothing broken."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.emit.comparison import compare
from voidgen.emit.listing import (
    JOURNAL,
    LIST,
    NO_SOURCES,
    STAGING,
    emitted_hashes,
    hash_of,
    with_list,
)
from voidgen.errors import StepFailedError
from voidgen.system.files import log_written, project_lock
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voidgen.emit.comparison import Changes
    from voidgen.emit.listing import Sources
    from voidgen.tree import Tree


def write(
    project: Path, tree: Tree, *, sources: Sources = NO_SOURCES, force: bool = False
) -> Changes:
    """Emit ``tree`` into the project, and return what changed; `compare` says what it refuses.

    The list of the emitted files names ``sources``, which they were made from.
    """
    with project_lock(project):
        changes = compare(project, tree, sources=sources, force=force)
        # Also files that a killed run noted and never wrote: it may have made their folders.
        gone = sorted(emitted_hashes(project, force=force).keys() - tree.keys())
        files = with_list(tree, sources)
        try:
            if changes:
                _write_journal(project, files)
            for path in changes.removed:
                (project / path).unlink(missing_ok=True)
                log_written(project / path, "removed")
            for path in gone:
                _remove_empty_folders_above(project, path)
            # The list comes last: until then, the journal replaces it.
            for path in sorted((*changes.added, *changes.changed), key=lambda path: path == LIST):
                _replace(project, path, files[path])
                log_written(project / path)
            if (project / STAGING).exists():
                shutil.rmtree(project / STAGING)
        except OSError as error:
            raise StepFailedError(
                f"{error.filename or project}: {error.strerror}",
                "fix that and run `voidgen generate` again; the emitted files are incomplete now",
            ) from None
        return changes


def _write_journal(project: Path, files: Mapping[str, File]) -> None:
    """Write the hashes to come, with those of the list and of a killed run's journal."""
    hashes = dict(emitted_hashes(project, force=True))
    for path, file in files.items():
        if path != LIST:
            hashes[path] = hashes.get(path, frozenset()) | {hash_of(file.data)}
    data = json.dumps({"files": {path: sorted(known) for path, known in hashes.items()}})
    _replace(project, JOURNAL, File(data.encode()))


def _replace(project: Path, path: str, file: File) -> None:
    _make_folder(project / STAGING)
    temporary = project / STAGING / "next"
    target = project / path
    _make_folder(target.parent)
    with temporary.open("wb") as stream:
        stream.write(file.data)
        # Explicit: a store path must not depend on the user's umask.
        os.fchmod(stream.fileno(), 0o755 if file.executable else 0o644)
    if target.is_dir() and not target.is_symlink():
        for empty, _, _ in os.walk(target, topdown=False):
            Path(empty).rmdir()
    temporary.replace(target)


def _make_folder(folder: Path) -> None:
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for name in reversed(missing):
        name.mkdir()
        name.chmod(0o755)


def _remove_empty_folders_above(project: Path, path: str) -> None:
    for parent in (project / path).parents:
        if parent == project:
            break
        try:
            parent.rmdir()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
            break
