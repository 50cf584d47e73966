"""Finding files of a project that clones lack: ignored, untracked, or in another repository."""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from voidgen.data import bundled_files
from voidgen.errors import Fault
from voidgen.overlay import catalogue
from voidgen.repository.finding import Finding, Severity
from voidgen.system import git

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from voidgen.project import Project
    from voidgen.repository.names import Names

LINK = "120000"
"""git's mode of a symbolic link."""


def findings(
    project: Project, names: Names, known: Mapping[str, str], unknown: Collection[str]
) -> Iterator[Finding]:
    """Find files that clones lack.

    ``known`` are the files that git tracks, with their modes; ``unknown`` are the others.
    """
    nested = [name for name in unknown if name.endswith("/")]
    missing = [name for name in names.required() if name not in known]
    yield from _required(project.folder, missing, known, nested)
    yield from _nested(project.folder, names, nested)
    yield from _unknown(project.folder, names, {*unknown}.difference(missing, nested))
    yield from _submodules(project.folder, names, known)
    yield from _links(project.folder, names)
    yield from _flattened(project.folder, known)
    yield from _empty(project)


def _required(
    folder: Path, missing: list[str], known: Mapping[str, str], nested: Collection[str]
) -> Iterator[Finding]:
    for name in missing:
        above = [str(one) for one in Path(name).parents]
        if any(known.get(one) == git.SUBMODULE or f"{one}/" in nested for one in above):
            continue  # Another finding names the repository that it is in.
        place = str(Path(name).parent) if name.endswith("/default.nix") else name
        link = next((one for one in reversed(above) if (folder / one).is_symlink()), None)
        if link:
            if link in known or _is_outside(folder, folder / link):
                continue
            place = link
        what = "git does not track this file, so Nix does not see it"
        remedy = f"run `git add --force --intent-to-add {quote(place)}`"
        yield Finding("breaks", Fault(what, folder / name, remedy=remedy))


def _nested(folder: Path, names: Names, nested: Collection[str]) -> Iterator[Finding]:
    for name in nested:
        if names.is_needed_folder(name.rstrip("/")):
            what = "is a separate git repository, so Nix and clones do not have its files"
            remedy = f"remove {name}.git, and run `git add {quote(name)}`"
            breaks = any(one.startswith(name) for one in names.required())
            severity: Severity = "breaks" if breaks else "lost"
            yield Finding(severity, Fault(what, folder / name, remedy=remedy))


def _unknown(folder: Path, names: Names, unknown: Collection[str]) -> Iterator[Finding]:
    needed = sorted(name for name in unknown if names.is_needed(name))
    ignored = git.ignored(folder, needed) if needed else {}
    for name in needed:
        file = folder / name
        rule = ignored.get(name)
        if rule:
            place = f"{rule.file}:{rule.line}: {rule.pattern}"
            what = f"git ignores this file ({place}), so clones do not have it"
            yield Finding("lost", Fault(what, file, remedy=_remedy(folder, name, rule)))
        elif names.is_read_by_nix(name):
            what = "git does not track this file, so Nix and clones do not have it"
            yield Finding(
                "lost", Fault(what, file, remedy=f"run `git add {quote(name)}`, or remove it")
            )
        else:
            severity: Severity = "lost" if name in names.keys else "new"
            what = "git does not track this file, so clones do not have it"
            yield Finding(severity, Fault(what, file, remedy=f"run `git add {quote(name)}`"))


def _remedy(folder: Path, name: str, rule: git.Rule) -> str:
    add = f"run `git add --force {quote(name)}`"
    prefix = git.prefix(folder)
    inside = rule.file.removeprefix(prefix)
    is_ours = Path(inside).name == ".gitignore" and rule.file.startswith(prefix)
    if is_ours and catalogue.is_source(inside):
        renamed = f".gitignore{catalogue.TEMPLATE}"
        return f"{add}, or rename {inside} to {renamed}: the image then has it as .gitignore"
    return f"{add}, or remove the rule from {rule.file}"


def _submodules(folder: Path, names: Names, known: Mapping[str, str]) -> Iterator[Finding]:
    for name, mode in known.items():
        if mode == git.SUBMODULE and names.is_needed_folder(name):
            yield _submodule(folder, name, names)


def _submodule(folder: Path, name: str, names: Names) -> Finding:
    place = folder / name
    read = (*names.required(), *names.imported)
    if any(one.startswith(f"{name}/") for one in read) or names.is_read_by_nix(name):
        what = "is a submodule: Nix sees an empty folder here"
        remedy = f"{_how_to_copy(name)}, or make it a flake input"
        return Finding("breaks", Fault(what, place, remedy=remedy))
    if not (place.is_dir() and any(place.iterdir())):
        what = "is a submodule that is not checked out, so the image would lack its files"
        remedy = f"run `git submodule update --init {quote(name)}`"
        remedy += f", then {_how_to_copy(name)}" if catalogue.is_source(name) else ""
        return Finding("breaks", Fault(what, place, remedy=remedy))
    what = "is a submodule: a clone has its files only with --recurse-submodules"
    return Finding("differs", Fault(what, place, remedy=_how_to_copy(name)))


def _how_to_copy(name: str) -> str:
    quoted = quote(name)
    commands = f"git rm --cached {quoted} && rm {quoted}/.git && git add {quoted}"
    return f"copy its files into this repository: `{commands}`"


def _links(folder: Path, names: Names) -> Iterator[Finding]:
    """Find symbolic links out of the project: git keeps the links, not the files behind them."""
    seen = set()
    for name in (*names.required(), catalogue.FOLDER, *names.keys):
        for part in (*reversed(Path(name).parents), Path(name)):
            place = folder / part
            if not place.is_symlink() or place in seen or _is_builtin(place):
                continue
            seen.add(place)
            if _is_outside(folder, place):
                what = f"is a symbolic link to {place.readlink()}, outside the project"
                severity: Severity = "breaks" if name in names.required() else "lost"
                yield Finding(severity, Fault(what, place, remedy="copy it into the project"))


def _is_outside(folder: Path, place: Path) -> bool:
    return not os.path.realpath(place).startswith(f"{os.path.realpath(folder)}/")


def _is_builtin(place: Path) -> bool:
    # voidgen's own repository: its modules are the built-in ones.
    return place.exists() and place.samefile(bundled_files.catalogue())


def _flattened(folder: Path, known: Mapping[str, str]) -> Iterator[Finding]:
    """Find symbolic links of git that are files here, with the link's target as their content."""
    for name, mode in known.items():
        file = folder / name
        if mode == LINK and file.is_file() and not file.is_symlink():
            what = "git tracks this as a symbolic link, but here it is a file"
            checkout = f"git -c core.symlinks=true checkout {quote(name)}"
            remedy = f"run `{checkout}`, or `git add {quote(name)}`"
            yield Finding("breaks", Fault(what, file, remedy=remedy))


def _empty(project: Project) -> Iterator[Finding]:
    own = project.folder / catalogue.FOLDER
    modules = [(one, each) for one in project.images() for each in one.plan.resolution.modules]
    for image, chosen in modules:
        if chosen.module.folder.parent != own:
            continue
        top = chosen.module.folder / catalogue.CONTENTS
        for place, folders, files in os.walk(top):
            path = f"/{os.path.relpath(place, top)}"
            if folders or files or place == str(top) or path in image.overlay:
                continue
            what = "is an empty folder: git does not keep it, and the image will not have it"
            remedy = f'add to {chosen.module.file.name}: [directories."{path}"]'
            yield Finding("differs", Fault(what, Path(place), remedy=remedy))
