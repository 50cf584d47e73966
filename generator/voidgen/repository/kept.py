"""Files of a project that git does not keep: ignored, unknown, in another repository, empty."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen import git, share
from voidgen.errors import Fault
from voidgen.overlay import catalogue
from voidgen.repository.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from voidgen.project import Project
    from voidgen.repository.names import Names

SUBMODULE, LINK = "160000", "120000"
"""git's modes of a commit of another repository, and of a symbolic link."""


def findings(
    image: Project, names: Names, known: Mapping[str, str], unknown: Collection[str]
) -> Iterator[Finding]:
    """Find what clones lack; ``known`` are git's files with their modes, ``unknown`` the others."""
    nested = [name for name in unknown if name.endswith("/")]
    missing = [name for name in names.required() if name not in known]
    yield from _required(image.folder, missing, known, nested)
    yield from _nested(image.folder, names, nested)
    yield from _unknown(image.folder, names, {*unknown}.difference(missing, nested))
    yield from _submodules(image.folder, names, known)
    yield from _links(image.folder, names)
    yield from _empty(image)


def _required(
    folder: Path, missing: list[str], known: Mapping[str, str], nested: Collection[str]
) -> Iterator[Finding]:
    for name in missing:
        above = [str(parent) for parent in Path(name).parents]
        # What it lies in is told instead.
        if any(known.get(one) in {SUBMODULE, LINK} or f"{one}/" in nested for one in above):
            continue
        place = str(Path(name).parent) if name.endswith("/default.nix") else name
        what = "git does not know it, and a flake has only what git knows"
        remedy = f"run `git add --force --intent-to-add {place}`"
        yield Finding("breaks", Fault(what, folder / name, remedy=remedy))


def _nested(folder: Path, names: Names, nested: Collection[str]) -> Iterator[Finding]:
    for name in nested:
        if names.is_needed_folder(name.rstrip("/")):
            what = "is a git repository of its own: neither the flake nor a clone has what is in it"
            fault = Fault(
                what, folder / name, remedy=f"remove {name}.git, and run `git add {name}`"
            )
            breaks = any(one.startswith(name) for one in names.required())
            yield Finding("breaks" if breaks else "lost", fault)


def _unknown(folder: Path, names: Names, unknown: Collection[str]) -> Iterator[Finding]:
    needed = sorted(name for name in unknown if names.is_needed(name))
    ignored = git.ignored(folder, needed) if needed else {}
    for name in needed:
        file = folder / name
        rule = ignored.get(name)
        if rule:
            what = f"git ignores it ({rule.file}:{rule.line}: {rule.pattern}): no clone has it"
            fault = Fault(what, file, remedy=_remedy(folder, name, rule))
            yield Finding("lost", fault)
        elif names.is_read_by_nix(name) or name in names.keys:
            what = "git does not know it: neither the flake nor a clone has it"
            yield Finding("lost", Fault(what, file, remedy=f"run `git add {name}`, or remove it"))
        else:
            what = "git does not know it: no clone has it"
            yield Finding("new", Fault(what, file, remedy=f"run `git add {name}`"))


def _remedy(folder: Path, name: str, rule: git.Rule) -> str:
    add = f"run `git add --force {name}`"
    source = Path(rule.file)
    prefix = git.prefix(folder)
    inside = rule.file.removeprefix(prefix)
    if source.name == ".gitignore" and rule.file.startswith(prefix) and catalogue.is_source(inside):
        return f"{add}, or rename {inside} to .gitignore{catalogue.TEMPLATE}: the image has it then"
    return f"{add}, or take the rule out of {rule.file}"


def _submodules(folder: Path, names: Names, known: Mapping[str, str]) -> Iterator[Finding]:
    for name, mode in known.items():
        if mode != SUBMODULE:
            continue
        if names.is_read_by_nix(name) or any(
            one.startswith(f"{name}/") for one in names.required()
        ):
            what = "is a submodule: Nix sees an empty folder there"
            remedy = "copy its files into this repository, or make it a flake input"
            yield Finding("breaks", Fault(what, folder / name, remedy=remedy))
        else:
            what = "is a submodule: a clone has its files with --recurse-submodules only"
            remedy = "copy its files into this repository"
            yield Finding("differs", Fault(what, folder / name, remedy=remedy))


def _links(folder: Path, names: Names) -> Iterator[Finding]:
    """Symbolic links on the way to a file, which git keeps as links."""
    top = os.path.realpath(folder)
    told = set()
    for name in (catalogue.FOLDER, *names.keys, *names.required()):
        for part in (*reversed(Path(name).parents), Path(name)):
            place = folder / part
            if not place.is_symlink() or place in told or _is_builtin(place):
                continue
            told.add(place)
            outside = not os.path.realpath(place).startswith(f"{top}/")
            if outside:
                what = f"is a symbolic link out of the project, to {place.readlink()}"
                fault = Fault(what, place, remedy="copy it into the project")
                yield Finding("breaks" if name in names.required() else "lost", fault)


def _is_builtin(place: Path) -> bool:
    # voidgen's own repository: its modules are the built-in ones.
    return place.exists() and place.samefile(share.catalogue())


def _empty(image: Project) -> Iterator[Finding]:
    for chosen in image.plan.resolution.modules:
        if chosen.module.folder.parent != image.folder / catalogue.FOLDER:
            continue
        top = chosen.module.folder / catalogue.CONTENTS
        for place, folders, files in os.walk(top):
            path = f"/{os.path.relpath(place, top)}"
            if folders or files or place == str(top) or path in image.overlay:
                continue
            what = "is empty: git keeps no empty folder, and the image has none"
            remedy = f'give it in {chosen.module.file.name}: [directories."{path}"]'
            yield Finding("differs", Fault(what, Path(place), remedy=remedy))
