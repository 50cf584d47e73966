"""What adding and removing makes of a project: checked by loading it, and written as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen import config, place, project, toml
from voidgen.config import rules
from voidgen.edit import nix_packages, text, void_packages
from voidgen.edit.nix_packages import NotAtHandError
from voidgen.errors import Fault, StepFailedError, WrongInputError, did_you_mean, raise_all
from voidgen.overlay.resolve import USER, needed
from voidgen.structure import MisfitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from voidgen.edit.nix_packages import Answer
    from voidgen.plan import Package
    from voidgen.progress import Progress
    from voidgen.project import Project

    Accept = Callable[[Mapping[str, tuple[str, ...]]], bool]
    """Whether the user accepts unfree packages: asked with their licences by name."""

RULES = {"nix": rules.NIX_PACKAGE, "xbps": rules.XBPS_PACKAGE, "module": rules.MODULE_NAME}


@frozen
class Start:
    """voidgen.toml as it is, and its project: None where that does not resolve."""

    file: Path
    text: str
    project: Project | None


@frozen
class Change:
    """voidgen.toml as it was read and as it shall be, with its project; notes for the user."""

    start: Start
    new: str
    after: Project
    notes: tuple[str, ...] = ()


def add(
    folder: Path, kind: str, names: Sequence[str], accept: Accept, progress: Progress
) -> Change:
    """Add ``names`` to the list of ``kind``; nothing is written.

    Raises WrongInputError where one does not exist, does not fit in, or is unfree and not
    accepted.
    """
    start = _read(folder)
    key = text.LISTS[kind]
    there = text.listed(start.text, key)
    raise_all(_misspelt(kind, names))
    fresh = [name for name in dict.fromkeys(names) if name not in there]
    if kind == "module":
        raise_all(_unknown_modules(folder, fresh))
    new = text.add(start.text, key, fresh, start.file)
    change = _to(start, new)
    notes = [f"{name} is in {config.FILE} already" for name in names if name in there]
    if kind == "xbps":
        notes += _checked_by_void(change.after, fresh, progress)
    change = evolve(change, notes=tuple(notes))
    came = _came(change, fresh if kind == "nix" else ())
    return _with_nix(change, came, accept, progress) if came else change


def remove(folder: Path, kind: str, names: Sequence[str], progress: Progress) -> Change:
    """Remove ``names`` from the list of ``kind``, with what only they need; nothing is written.

    That are options of modules that leave the image, and unfree packages that nothing else needs.
    Raises WrongInputError where one is not there, or the rest does not fit together.
    """
    start = _read(folder)
    key = text.LISTS[kind]
    raise_all(_not_there(start, kind, names))
    new = text.remove(start.text, key, names, start.file)
    for module in _idle_options(folder, start.text, new):
        new = text.remove_options(new, module, start.file)
    return _less_unfree(_to(start, new), progress)


def write(change: Change) -> None:
    """Write what was changed, where the file is still what was read."""
    file = change.start.file.resolve()
    with place.alone(change.start.file.parent):
        if toml.text(file) != change.start.text:
            raise StepFailedError(f"{file}: was changed in the meantime", "run this again")
        place.replace(file, change.new.encode())


def _read(folder: Path) -> Start:
    """The project as it is; what does not resolve may be what is to be mended."""
    file = folder / config.FILE
    written = toml.text(file)
    config.load(folder, written)
    try:
        return Start(file, written, project.load(folder, written))
    except WrongInputError:
        return Start(file, written, None)


def _to(start: Start, new: str, notes: Iterable[str] = ()) -> Change:
    """The project with another text."""
    return Change(start, new, project.load(start.file.parent, new), tuple(notes))


def _misspelt(kind: str, names: Iterable[str]) -> Iterator[Fault]:
    for name in names:
        try:
            RULES[kind].check(name)
        except MisfitError as error:
            yield Fault(error.what, remedy=error.remedy)


def _unknown_modules(folder: Path, names: Iterable[str]) -> Iterator[Fault]:
    catalogue = project.modules_of(folder)
    for name in names:
        if name not in catalogue:
            near = did_you_mean(name, catalogue) or f"known modules: {', '.join(catalogue)}"
            yield Fault(f"no module has the name {name!r}", remedy=near)


def _checked_by_void(image: Project, names: Sequence[str], progress: Progress) -> list[str]:
    """A note where names cannot be checked."""
    try:
        raise_all(void_packages.faults(image, names, progress))
    except NotAtHandError as error:
        return [_unchecked(names, error)]
    return []


def _unchecked(names: Iterable[str], why: NotAtHandError) -> str:
    return f"whether there is {', '.join(names)} could not be checked: {why}"


def _came(change: Change, names: Iterable[str]) -> list[Package]:
    """Nix packages that the image did not have; ``names`` where that is not known."""
    after = change.after.plan.packages
    if change.start.project is None:
        return [one for one in after if one.name in names]
    had = {one.name for one in change.start.project.plan.packages}
    return [one for one in after if one.name not in had]


def _with_nix(
    change: Change, came: Sequence[Package], accept: Accept, progress: Progress
) -> Change:
    """With the packages that ``came`` checked, and the unfree of them allowed."""
    try:
        answer = nix_packages.ask(change.after, came, progress)
    except NotAtHandError as error:
        note = _unchecked((one.name for one in came), error)
        return evolve(change, notes=(*change.notes, note))
    raise_all(_nix_faults(answer, came))
    allowed = change.after.plan.config.nix.unfree
    unfree = {name: answer.unfree[name] for name in sorted({*answer.unfree} - {*allowed})}
    if not unfree:
        return change
    if not accept(unfree):
        raise_all(
            Fault(f"{name} is unfree (licence: {', '.join(licenses)})", remedy="pass --unfree")
            for name, licenses in unfree.items()
        )
    new = text.add(change.new, text.UNFREE, unfree, change.start.file)
    return _to(change.start, new, change.notes)


def _nix_faults(answer: Answer, came: Iterable[Package]) -> Iterator[Fault]:
    for package in came:
        by = "" if USER in package.by else f" (of {' and '.join(package.by)})"
        for what, *more in answer.faults.get(package.name, ()):
            yield Fault(f"{package.name}{by}: {what}", remedy="; ".join(more))


def _not_there(start: Start, kind: str, names: Iterable[str]) -> Iterator[Fault]:
    key = text.LISTS[kind]
    there = text.listed(start.text, key)
    for name in names:
        if name in there:
            continue
        by = [asker for asker in _askers(start, kind, name) if asker != USER]
        if by:
            remedy = f"it is in the image for {' and '.join(by)}"
        else:
            remedy = did_you_mean(name, there) or f"it has: {', '.join(there) or 'nothing'}"
        yield Fault(f"{'.'.join(key)} has no {name!r}", start.file, remedy=remedy)


def _askers(start: Start, kind: str, name: str) -> tuple[str, ...]:
    if start.project is None:
        return ()
    found = start.project.plan.resolution
    if kind == "module":
        return next((one.by for one in found.modules if one.module.name == name), ())
    asked = found.nix if kind == "nix" else found.xbps
    return next((one.by for one in asked if one.name == name), ())


def _idle_options(folder: Path, old: str, new: str) -> list[str]:
    """Modules that have options and leave the image."""
    catalogue = project.modules_of(folder)
    file = folder / config.FILE
    had, has = (needed(config.load(folder, one), catalogue, file)[0] for one in (old, new))
    given = config.load(folder, new).overlay.options
    return [name for name in given if name in had and name not in has]


def _less_unfree(change: Change, progress: Progress) -> Change:
    """Without the unfree packages that only what was removed needs."""
    listed = change.after.plan.config.nix.unfree
    if change.start.project is None or not listed:
        return change
    stays = {one.name for one in change.after.plan.packages}
    gone = [one for one in change.start.project.plan.packages if one.name not in stays]
    try:
        needed_by_gone = nix_packages.ask(change.start.project, gone, progress).unfree
        idle = [name for name in listed if name in needed_by_gone]
        if idle:
            rest = nix_packages.ask(change.after, change.after.plan.packages, progress).unfree
            idle = [name for name in idle if name not in rest]
    except (NotAtHandError, StepFailedError) as error:
        note = f"nix.unfree stays as it is: {error}"
        return evolve(change, notes=(*change.notes, note))
    new = text.remove(change.new, text.UNFREE, idle, change.start.file)
    return _to(change.start, new, change.notes)
