"""Writing a tree into a project, file by file, so that a killed run leaves nothing broken.

``image/emitted.json`` lists the emitted files, with a hash of each; voidgen replaces and removes
only these. Before the first change, it writes a journal of the hashes to come, so that the run
after a killed one knows the files of both.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Mapping  # noqa: TC003 - cattrs reads it
from pathlib import Path
from posixpath import dirname
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault, StepFailedError, WrongInputError, refused
from voidgen.schema import typed_json
from voidgen.system.files import log_written, project_lock
from voidgen.system.untrusted import GarbledError
from voidgen.tree import File, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIST = "image/emitted.json"
"""The list of the emitted files."""
STAGING = "image/.staging"
JOURNAL = f"{STAGING}/journal.json"
MOVE_OR_FORCE = "move your change into voidgen.toml or overlay-src/, or discard it with --force"


@frozen
class Changes:
    """The files that emitting changes, as sorted paths of the project.

    ``strays`` are files below image/include/ that voidgen did not emit: they stay as they are.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether there is anything to do."""
        return bool(self.added or self.changed or self.removed)


def compare(project: Path, tree: Tree, *, force: bool = False) -> Changes:
    """Return what `write` would do. Reads only.

    Raises WrongInputError with a fault for each file in the way that voidgen did not emit or that
    was edited since, unless ``force`` is set, and for each folder in the way.
    """
    emitted = _emitted_hashes(project, force=force)
    faults = list(_not_folders(project, [*tree, *emitted, JOURNAL], emitted))
    added, changed, removed, kept = [], [], [], []
    for path, node in _with_list(tree).items():
        found = _read(project / path)
        if found is None:
            added.append(path)
        elif found == (node.data, node.executable):
            kept.append(path)
        else:
            changed.append(path)
            if found[0] != node.data and path != LIST:
                faults += _overwritten(project, path, found[0], emitted, force=force)
    for path in sorted(emitted.keys() - tree.keys()):
        found = _read(project / path)
        if found is not None and found[0] is not None:
            removed.append(path)
            faults += _overwritten(project, path, found[0], emitted, force=force)
    if faults:
        raise WrongInputError(*faults)
    strays = _strays(project, {*tree, *removed})
    return Changes(tuple(added), tuple(changed), tuple(removed), tuple(kept), tuple(strays))


def faults(project: Path, tree: Tree) -> list[Fault]:
    """Return a fault if the project's emitted files differ from ``tree``, else none."""
    if not compare(project, tree, force=True):
        return []
    what = "the emitted files are not up to date with voidgen.toml and the modules"
    return [Fault(what, project, remedy="run `voidgen generate`")]


def write(project: Path, tree: Tree, *, force: bool = False) -> Changes:
    """Emit ``tree`` into the project, and return what changed; `compare` says what it refuses."""
    with project_lock(project):
        changes = compare(project, tree, force=force)
        # Also files that a killed run noted and never wrote: it may have made their folders.
        gone = sorted(_emitted_hashes(project, force=force).keys() - tree.keys())
        files = _with_list(tree)
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


def _with_list(tree: Tree) -> dict[str, File]:
    """Return the files of ``tree`` and the list of them."""
    files = {path: node for path, node in tree.items() if isinstance(node, File)}
    hashes = {path: _hash(file.data) for path, file in sorted(files.items())}
    listing = {"version": 1, "files": hashes}
    data = (json.dumps(listing, indent=2, ensure_ascii=False) + "\n").encode()
    return {**files, LIST: File(data)}


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _emitted_hashes(project: Path, *, force: bool) -> dict[str, frozenset[str]]:
    """Return the hashes that each emitted file may have, by its path."""
    emitted: dict[str, frozenset[str]] = {}
    for name in (LIST, JOURNAL):
        found = _read(project / name)
        if found is None:
            continue
        try:
            files = typed_json.read(found[0] or b"", _Listing).files
        except GarbledError:
            # A journal is written whole or not at all: a damaged one was never used.
            if name == LIST and not force:
                remedy = "restore it with git, or run with --force to overwrite all"
                fault = Fault("is not the list that voidgen wrote", project / name, remedy=remedy)
                raise WrongInputError(fault) from None
            continue
        for path, known in files.items():
            hashes = {known} if isinstance(known, str) else {*known}
            emitted[path] = emitted.get(path, frozenset()) | hashes
    return emitted


@frozen
class _Listing:
    """The emitted files with the hash, or hashes, that each may have."""

    files: Mapping[str, str | tuple[str, ...]]

    def __attrs_post_init__(self) -> None:
        # voidgen may remove what is on its list, so only files that it emits may be there.
        for path in self.files:
            is_below = path.startswith("image/") and not {"", ".", ".."} & {*path.split("/")}
            if path != "flake.nix" and not is_below:
                raise GarbledError(f"{path} is not emitted")


def _not_folders(
    project: Path, paths: Iterable[str], emitted: Mapping[str, object]
) -> Iterator[Fault]:
    """Yield a fault for each file or link in the place of a folder that voidgen writes into.

    Through a symbolic link, voidgen would write outside the project.
    """
    for folder in sorted(_folders(paths)):
        file = project / folder
        # voidgen removes an emitted file before it makes the folder, but not a link.
        ours = folder in emitted and file.is_file()
        if file.is_symlink() or (file.exists() and not file.is_dir() and not ours):
            what = "is not a folder, and voidgen writes files into a folder of this name"
            yield Fault(what, file, remedy="move it away")


def _folders(paths: Iterable[str]) -> set[str]:
    """Return all folders above ``paths``, within the project."""
    folders: set[str] = set()
    for path in paths:
        folder = dirname(path)
        while folder and folder not in folders:
            folders.add(folder)
            folder = dirname(folder)
    return folders


def _read(file: Path) -> tuple[bytes | None, bool] | None:
    """Return a file's bytes and run bit; no bytes if it is not a file, None if it is missing."""
    try:
        # Follow no links, and do not wait for the writer of a FIFO.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(file, flags), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                return None, False
            return stream.read(), bool(status.st_mode & 0o100)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (IsADirectoryError, BlockingIOError):
        return None, False
    except OSError as error:
        if file.is_symlink() or file.is_socket():
            return None, False
        raise refused(error, file) from None


def _overwritten(
    project: Path,
    path: str,
    data: bytes | None,
    emitted: Mapping[str, frozenset[str]],
    *,
    force: bool,
) -> Iterator[Fault]:
    """Yield a fault if replacing or removing ``path`` would lose what voidgen did not emit."""
    file = project / path
    if file.is_dir() and not file.is_symlink():
        if not _only_emitted(file, path, emitted):
            yield Fault("is a folder, and voidgen writes a file here", file, remedy="move it away")
    elif force:
        return
    elif path not in emitted:
        yield Fault("is in the way: voidgen did not emit it", file, remedy=MOVE_OR_FORCE)
    elif data is None or _hash(data) not in emitted[path]:
        yield Fault("was edited since voidgen emitted it", file, remedy=MOVE_OR_FORCE)


def _only_emitted(folder: Path, path: str, emitted: Mapping[str, object]) -> bool:
    """Return whether voidgen emitted a folder and all in it: then a file may replace it."""
    made = _folders(emitted)
    return path in made and all(
        f"{path}/{file.relative_to(folder)}"
        in (made if file.is_dir() and not file.is_symlink() else emitted)
        for file in folder.rglob("*")
    )


def _strays(project: Path, known: set[str]) -> Iterator[str]:
    """Yield the files below image/include/ that voidgen does not know: the image lacks them."""
    top = f"{project}/"
    for folder, _, names in sorted(os.walk(f"{top}image/include")):
        for name in sorted(names):
            path = f"{folder.removeprefix(top)}/{name}"
            if path not in known:
                yield path


def _write_journal(project: Path, files: Mapping[str, File]) -> None:
    """Write the hashes to come, with those of the list and of a killed run's journal."""
    hashes = dict(_emitted_hashes(project, force=True))
    for path, file in files.items():
        if path != LIST:
            hashes[path] = hashes.get(path, frozenset()) | {_hash(file.data)}
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
