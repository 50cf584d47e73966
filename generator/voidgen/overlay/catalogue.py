"""Reading overlay modules from disk: the built-in ones, then the project's own."""

from __future__ import annotations

import os
import re
import stat
from functools import lru_cache
from shlex import quote
from typing import TYPE_CHECKING

from voidgen.config.rules import IMAGE_PATH, LINK_TARGET, MODULE_NAME
from voidgen.errors import Fault, WrongInputError, unreadable
from voidgen.overlay.types import MODULE_FILE, Catalogue, Module, ModuleFile, Source
from voidgen.schema import toml
from voidgen.schema.rule import MisfitError
from voidgen.schema.structure import structure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FOLDER = "overlay-src"
CONTENTS = "files"
TEMPLATE = ".j2"
SOURCE_DEPTH = 3
"""Number of folders above a source in a project: overlay-src/MODULE/files."""
_GITS_OWN = re.compile(r"(?:\.git|git~1)[. ]*(?:[\\:].*)?", re.IGNORECASE | re.DOTALL)
"""``.git``, also as other systems spell it (git-config(1), "core.protectNTFS")."""


def load(roots: Iterable[Path]) -> Catalogue:
    """Return the modules below ``roots``; a later root's module replaces an earlier one's.

    A root that does not exist holds no modules. Raises WrongInputError with every fault of
    every module.
    """
    modules: dict[str, Module] = {}
    faults: list[Fault] = []
    for root in roots:
        for folder in _folders(root, faults):
            try:
                modules[folder.name] = _module(folder)
            except WrongInputError as error:
                faults += error.faults
    if faults:
        raise WrongInputError(*faults)
    return dict(sorted(modules.items()))


def is_source(name: str) -> bool:
    """Return whether ``name``, a path in a project, lies below a module's ``files/``."""
    parts = name.split("/")
    return len(parts) > SOURCE_DEPTH and (parts[0], parts[2]) == (FOLDER, CONTENTS)


def _folders(root: Path, faults: list[Fault]) -> Iterator[Path]:
    """Yield the module folders of ``root``; skip files and hidden folders."""
    try:
        entries = sorted(os.scandir(root), key=lambda entry: os.fsencode(entry.name))
    except FileNotFoundError:
        return
    except OSError as error:
        faults.append(unreadable(error, root))
        return
    for entry in entries:
        folder = root / entry.name
        # Not entry.is_dir, which raises for a link to itself.
        if entry.name.startswith(".") or not folder.is_dir():
            continue
        if not re.fullmatch(MODULE_NAME.pattern, entry.name):
            faults.append(Fault(f"expected {MODULE_NAME.expected}", folder, remedy="rename it"))
        elif entry.is_symlink():
            faults.append(
                Fault("a module must be a folder, not a link", folder, remedy="copy it here")
            )
        else:
            yield folder


def _module(folder: Path) -> Module:
    file = folder / MODULE_FILE
    if not os.path.lexists(file):
        remedy = "every folder in overlay-src is a module: write that file, or move the folder away"
        if not os.listdir(folder):  # noqa: PTH208
            name = quote(f"{FOLDER}/{folder.name}")
            remedy = f"run `git submodule update --init {name}` if it is a submodule, or remove it"
        raise WrongInputError(Fault(f"has no {MODULE_FILE}", folder, remedy=remedy))
    return Module(folder.name, folder, _spec(toml.text(file), file), _sources(folder / CONTENTS))


@lru_cache(maxsize=256)
def _spec(text: str, file: Path) -> ModuleFile:
    """Return what ``text`` of ``file`` says; read once for all projects that a command reads."""
    return structure(toml.parse(text, file), ModuleFile, file)


def _sources(top: Path) -> tuple[Source, ...]:
    """Return what lies below ``files/``, without following links; folders are implied."""
    if not os.path.lexists(top):
        return ()
    if top.is_symlink() or not top.is_dir():
        raise WrongInputError(Fault("expected a folder that mirrors the image's /", top))
    sources: dict[str, Source] = {}
    faults: list[Fault] = []
    waiting = [(top, "")]
    while waiting:
        folder, below = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            faults.append(unreadable(error, folder))
            continue
        for entry in entries:
            file = folder / entry.name
            path = f"{below}/{entry.name}"
            if entry.is_dir(follow_symlinks=False) and not _GITS_OWN.fullmatch(entry.name):
                waiting.append((file, path))
                continue
            source = _source(entry, file, path)
            if isinstance(source, Fault):
                faults.append(source)
            elif source.path in sources:
                other = sources[source.path].file.name
                faults.append(
                    Fault(f"becomes {source.path}, and so does {other}", file, remedy="remove one")
                )
            else:
                sources[source.path] = source
    if faults:
        raise WrongInputError(*sorted(faults, key=lambda fault: str(fault.file)))
    return tuple(sources[path] for path in sorted(sources))


def _source(entry: os.DirEntry[str], file: Path, path: str) -> Source | Fault:
    if _GITS_OWN.fullmatch(entry.name):
        return _of_git(entry, file)
    # Not Path.readlink, which turns `./a` into `a`.
    target = os.readlink(file) if entry.is_symlink() else None  # noqa: PTH115
    try:
        f"{path}{target}".encode()
        IMAGE_PATH.check(path.removesuffix(TEMPLATE))
        if target is not None:
            return Source(path, file, target=LINK_TARGET.check(target))
    except UnicodeEncodeError:
        return Fault("its name or its target is not UTF-8", file, remedy="rename it")
    except MisfitError as error:
        return Fault(error.what, file, remedy=error.remedy)
    if not entry.is_file(follow_symlinks=False):
        return Fault("is neither a file, a folder nor a symbolic link", file, remedy="remove it")
    # The bit that git keeps: it does not depend on the umask of a checkout.
    executable = bool(entry.stat(follow_symlinks=False).st_mode & stat.S_IXUSR)
    template = path.endswith(TEMPLATE)
    return Source(path.removesuffix(TEMPLATE), file, template=template, executable=executable)


def _in_project(place: Path) -> str:
    """Return ``place`` as a path from the project's folder."""
    parts = place.parts
    start = len(parts) - 1 - parts[::-1].index(FOLDER) if FOLDER in parts else 0
    return "/".join(parts[start:])


def _of_git(entry: os.DirEntry[str], file: Path) -> Fault:
    folder = quote(_in_project(file.parent))
    if entry.is_file(follow_symlinks=False) and file.read_bytes().startswith(b"gitdir: "):
        what = "is a submodule: git records its commit, but not its files"
        commands = f"git rm --cached {folder} && rm {folder}/.git && git add {folder}"
        return Fault(what, file.parent, remedy=f"copy its files into this repository: `{commands}`")
    if entry.is_dir(follow_symlinks=False) and (file / "HEAD").is_file():
        what = "is a separate git repository: the project's repository does not have its files"
        remedy = f"remove {folder}/.git, and run `git add {folder}`"
        return Fault(what, file.parent, remedy=remedy)
    what = "git ignores every file and folder of this name, so a clone does not have it"
    remedy = "move it away, or create it at boot, in a part of /etc/runit/live-setup.d"
    if entry.is_symlink():
        remedy = "write it in [links] of module.toml instead"
    elif entry.is_file():
        remedy = f"rename it to {entry.name}{TEMPLATE}: the image has it as {entry.name}"
    return Fault(what, file, remedy=remedy)
