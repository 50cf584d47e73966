"""Writing a tree into a project, file by file, so that killing it anywhere does no harm.

``image/emitted.json`` lists what was emitted, with a hash of each file; only such files are
ever replaced or removed. Before the first change a journal of the hashes to come is written,
so that a run after a killed one knows the files of both.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
from pathlib import Path
from posixpath import dirname
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault, StepFailedError, WrongInputError, refused
from voidgen.system import untrusted
from voidgen.system.files import log_written, project_lock
from voidgen.tree import File, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LIST = "image/emitted.json"
STAGING = "image/.staging"
JOURNAL = f"{STAGING}/journal.json"
FORCE = "move your change into voidgen.toml or overlay-src/, or run with --force to lose it"


@frozen
class Changes:
    """What emitting does, as sorted paths of the project; ``strays`` are left alone."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.added or self.changed or self.removed)


def compare(project: Path, tree: Tree, *, force: bool = False) -> Changes:
    """What `write` would do. Reads only.

    Raises WrongInputError for each file in the way that voidgen did not emit or that was
    edited since, unless ``force`` is given; a folder in the way always is one.
    """
    emitted = _emitted(project, force=force)
    faults = list(_blocked(project, [*tree, *emitted, JOURNAL], emitted))
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
                faults += _theirs(project, path, found[0], emitted, force=force)
    for path in sorted(emitted.keys() - tree.keys()):
        found = _read(project / path)
        if found is not None and found[0] is not None:
            removed.append(path)
            faults += _theirs(project, path, found[0], emitted, force=force)
    if faults:
        raise WrongInputError(*faults)
    strays = _strays(project, {*tree, *removed})
    return Changes(tuple(added), tuple(changed), tuple(removed), tuple(kept), tuple(strays))


def faults(project: Path, tree: Tree) -> list[Fault]:
    """A fault where the project's emitted files are not those of ``tree``, for what needs them."""
    if not compare(project, tree, force=True):
        return []
    what = "what is emitted is not what voidgen.toml and the modules say"
    return [Fault(what, project, remedy="run `voidgen generate`")]


def write(project: Path, tree: Tree, *, force: bool = False) -> Changes:
    """Make the project's emitted files those of ``tree``; see `compare` for what it refuses."""
    with project_lock(project):
        changes = compare(project, tree, force=force)
        # Also what a killed run noted and never wrote: it may have made the folders.
        gone = sorted(_emitted(project, force=force).keys() - tree.keys())
        files = _with_list(tree)
        try:
            if changes:
                _journal(project, files)
            for path in changes.removed:
                (project / path).unlink(missing_ok=True)
                log_written(project / path, "removed")
            for path in gone:
                _prune(project, path)
            # The list comes last: until then the journal stands for it.
            for path in sorted((*changes.added, *changes.changed), key=lambda path: path == LIST):
                _replace(project, path, files[path])
                log_written(project / path)
            if (project / STAGING).exists():
                shutil.rmtree(project / STAGING)
        except OSError as error:
            raise StepFailedError(
                f"{error.filename or project}: {error.strerror}",
                "mend that and run `voidgen generate` again; what is there now is not complete",
            ) from None
        return changes


def _with_list(tree: Tree) -> dict[str, File]:
    """The files of ``tree`` and the list of them."""
    files = {path: node for path, node in tree.items() if isinstance(node, File)}
    hashes = {path: _hash(file.data) for path, file in sorted(files.items())}
    listing = {"version": 1, "files": hashes}
    data = (json.dumps(listing, indent=2, ensure_ascii=False) + "\n").encode()
    return {**files, LIST: File(data)}


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _emitted(project: Path, *, force: bool) -> dict[str, frozenset[str]]:
    """The hashes that each emitted file may have."""
    emitted: dict[str, frozenset[str]] = {}
    for name in (LIST, JOURNAL):
        found = _read(project / name)
        if found is None:
            continue
        try:
            files = untrusted.parse_json(found[0] or b"")["files"]
            for path, known in files.items():
                hashes = [known] if isinstance(known, str) else known
                _checked(path)
                emitted[path] = emitted.get(path, frozenset()) | frozenset(map(str, hashes))
        except untrusted.GARBLED:
            # A journal is written whole or not at all: a torn one belongs to nothing.
            if name == LIST and not force:
                remedy = "restore it with git, or run with --force to overwrite all"
                fault = Fault("is not the list that voidgen wrote", project / name, remedy=remedy)
                raise WrongInputError(fault) from None
    return emitted


def _checked(path: str) -> None:
    """Only what voidgen emits may be on its list: it says what may be removed."""
    parts = path.split("/")
    if path != "flake.nix" and (not path.startswith("image/") or {"", ".", ".."} & set(parts)):
        raise ValueError(path)


def _blocked(project: Path, paths: Iterable[str], emitted: Mapping[str, object]) -> Iterator[Fault]:
    """What stands where a folder is needed: a symbolic link would lead the writing elsewhere."""
    for folder in sorted(_folders(paths)):
        file = project / folder
        # An emitted file goes before a folder takes its place; a link in its place does not.
        ours = folder in emitted and file.is_file()
        if file.is_symlink() or (file.exists() and not file.is_dir() and not ours):
            yield Fault("is no folder, and voidgen writes below it", file, remedy="move it away")


def _folders(paths: Iterable[str]) -> set[str]:
    """All folders above ``paths``, within the project."""
    folders: set[str] = set()
    for path in paths:
        folder = dirname(path)
        while folder and folder not in folders:
            folders.add(folder)
            folder = dirname(folder)
    return folders


def _read(file: Path) -> tuple[bytes | None, bool] | None:
    """Bytes and run bit of a file; no bytes where something else has its place."""
    try:
        # No links, and no waiting for the writer of a FIFO.
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


def _theirs(
    project: Path,
    path: str,
    data: bytes | None,
    emitted: Mapping[str, frozenset[str]],
    *,
    force: bool,
) -> Iterator[Fault]:
    """Why ``path`` may not be replaced or removed."""
    file = project / path
    if file.is_dir() and not file.is_symlink():
        if not _only_emitted(file, path, emitted):
            yield Fault("a folder is in the way", file, remedy="move it away")
    elif force:
        return
    elif path not in emitted:
        yield Fault("is in the way: voidgen did not emit it", file, remedy=FORCE)
    elif data is None or _hash(data) not in emitted[path]:
        yield Fault("was edited since voidgen emitted it", file, remedy=FORCE)


def _only_emitted(folder: Path, path: str, emitted: Mapping[str, object]) -> bool:
    """Whether a folder and all in it is voidgen's, which goes before a file takes its place."""
    made = _folders(emitted)
    return path in made and all(
        f"{path}/{file.relative_to(folder)}"
        in (made if file.is_dir() and not file.is_symlink() else emitted)
        for file in folder.rglob("*")
    )


def _strays(project: Path, known: set[str]) -> Iterator[str]:
    """Files below image/include/ that are not part of the image, however they came there."""
    top = f"{project}/"
    for folder, _, names in sorted(os.walk(f"{top}image/include")):
        for name in sorted(names):
            path = f"{folder.removeprefix(top)}/{name}"
            if path not in known:
                yield path


def _journal(project: Path, files: Mapping[str, File]) -> None:
    """Note the hashes to come beside those that are there, and those of a killed run."""
    hashes = dict(_emitted(project, force=True))
    for path, file in files.items():
        if path != LIST:
            hashes[path] = hashes.get(path, frozenset()) | {_hash(file.data)}
    data = json.dumps({"files": {path: sorted(known) for path, known in hashes.items()}})
    _replace(project, JOURNAL, File(data.encode()))


def _replace(project: Path, path: str, file: File) -> None:
    _folder(project / STAGING)
    temporary = project / STAGING / "next"
    place = project / path
    _folder(place.parent)
    with temporary.open("wb") as stream:
        stream.write(file.data)
        # Explicit: the user's umask must not show in a store path.
        os.fchmod(stream.fileno(), 0o755 if file.executable else 0o644)
    if place.is_dir() and not place.is_symlink():
        for empty, _, _ in os.walk(place, topdown=False):
            Path(empty).rmdir()
    temporary.replace(place)


def _folder(folder: Path) -> None:
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for name in reversed(missing):
        name.mkdir()
        name.chmod(0o755)


def _prune(project: Path, path: str) -> None:
    """Remove the folders above ``path`` that are empty."""
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
