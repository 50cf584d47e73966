"""What emitting a tree changes in a project, and which files it must not overwrite. Reads only."""

from __future__ import annotations

import os
from posixpath import dirname
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.emit.listing import (
    JOURNAL,
    LIST,
    NO_SOURCES,
    emitted_hashes,
    hash_of,
    read_file,
    with_list,
)
from voidgen.errors import Fault, WrongInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from voidgen.emit.listing import Sources
    from voidgen.tree import Tree

MOVE_OR_FORCE = "move your change into voidgen.toml or overlay-src/, or discard it with --force"


@frozen
class Changes:
    """The files that emitting changes, as sorted paths of the project.

    ``strays`` are files of overlays in image/ that voidgen did not emit: they stay as they are.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether there is anything to do."""
        return bool(self.added or self.changed or self.removed)


def compare(
    project: Path, tree: Tree, *, sources: Sources = NO_SOURCES, force: bool = False
) -> Changes:
    """Return what `write` would do. Reads only.

    Raises WrongInputError with a fault for each file in the way that voidgen did not emit or that
    was edited since, unless ``force`` is set, and for each folder in the way.
    """
    emitted = emitted_hashes(project, force=force)
    faults = list(_not_folders(project, [*tree, *emitted, JOURNAL], emitted))
    added, changed, removed, kept = [], [], [], []
    for path, node in with_list(tree, sources).items():
        found = read_file(project / path)
        if found is None:
            added.append(path)
        elif found == (node.data, node.executable):
            kept.append(path)
        else:
            changed.append(path)
            if found[0] != node.data and path != LIST:
                faults += _overwritten(project, path, found[0], emitted, force=force)
    for path in sorted(emitted.keys() - tree.keys()):
        found = read_file(project / path)
        if found is not None and found[0] is not None:
            removed.append(path)
            faults += _overwritten(project, path, found[0], emitted, force=force)
    if faults:
        raise WrongInputError(*faults)
    strays = _strays(project, {*tree, *removed})
    return Changes(tuple(added), tuple(changed), tuple(removed), tuple(kept), tuple(strays))


def faults(project: Path, tree: Tree) -> list[Fault]:
    """Return a fault if the project's emitted files differ from ``tree``, else none.

    The list of the files may differ: nothing is built from it.
    """
    found = compare(project, tree, force=True)
    if not {*found.added, *found.changed, *found.removed} - {LIST}:
        return []
    what = "the emitted files are not up to date with voidgen.toml and the modules"
    return [Fault(what, project, remedy="run `voidgen generate`")]


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
    elif data is None or hash_of(data) not in emitted[path]:
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
    """Yield the files below image/include/ that voidgen does not know: the image lacks them.

    Those of variants' images, too.
    """
    top = f"{project}/"
    variants = sorted(project.glob("image/variants/*/include"))
    for include in (project / "image" / "include", *variants):
        for folder, _, names in sorted(os.walk(include)):
            for name in sorted(names):
                path = f"{folder.removeprefix(top)}/{name}"
                if path not in known:
                    yield path
