"""Add to and remove from a project; the result is checked by loading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from voidgen import config, project
from voidgen.config import rules
from voidgen.edit import nix_change, nix_packages, text, void_packages
from voidgen.edit.types import ConfigChange, NotAtHandError, Start, changed
from voidgen.errors import (
    Fault,
    StepFailedError,
    WrongInputError,
    did_you_mean,
    did_you_mean_or_known,
    raise_all,
)
from voidgen.lock import services, state
from voidgen.overlay.asker import USER, Asker, in_words
from voidgen.overlay.live import with_modules
from voidgen.overlay.resolve import needed
from voidgen.overlay.services import AT_BOOT, BY_MKLIVE
from voidgen.schema import toml
from voidgen.schema.rule import MisfitError
from voidgen.system.files import project_lock, write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from voidgen.edit.types import Consent
    from voidgen.overlay.resolution import Asked, Enabled
    from voidgen.plan.plan import Package
    from voidgen.progress import Progress
    from voidgen.project import Project

RULES = {
    "nix": rules.NIX_PACKAGE,
    "xbps": rules.XBPS_PACKAGE,
    "module": rules.MODULE_NAME,
    "service": rules.SERVICE,
}


def add(
    folder: Path, kind: str, names: Sequence[str], consent: Consent, progress: Progress
) -> ConfigChange:
    """Add ``names`` to the list of ``kind``; writes nothing.

    A Nix package that is listed already is checked again: what it needs may have to be accepted.
    Raises WrongInputError if one does not exist, does not fit in, or is not accepted.
    """
    start = _read(folder)
    key = text.LISTS[kind]
    there = text.listed(start.text, key)
    raise_all(_misspelt(kind, names))
    fresh = [name for name in dict.fromkeys(names) if name not in there]
    if kind == "module":
        raise_all(_unknown_modules(folder, fresh))
    new = text.add(start.text, key, fresh, start.file)
    disabled = []
    if kind == "service":
        disabled = [name for name in text.listed(start.text, text.DISABLED) if name in names]
        new = text.remove(new, text.DISABLED, disabled, start.file)
    change = changed(start, new)
    notes = [f"{config.FILE} already has {name}" for name in names if name in there]
    notes += [f"removed {name} from services.disable" for name in disabled]
    if kind == "service":
        notes += _checked_by_lock(change.after, names)
    if kind == "xbps":
        notes += _checked_by_void(change.after, fresh, progress)
    change = evolve(change, notes=tuple(notes))
    packages = _packages(change, names if kind == "nix" else ())
    if not packages:
        return change
    try:
        answer = nix_packages.ask(change.after, packages, progress)
    except NotAtHandError as error:
        note = nix_change.unchecked((one.name for one in packages), error)
        return evolve(change, notes=(*change.notes, note))
    taken = nix_change.new_names(answer, names, consent) if kind == "nix" else [*names]
    if taken != [*names]:
        return add(folder, kind, taken, consent, progress)
    return nix_change.checked(change, answer, packages, consent)


def remove(folder: Path, kind: str, names: Sequence[str], progress: Progress) -> ConfigChange:
    """Remove ``names`` from the list of ``kind``, with what only they need; writes nothing.

    That includes the options of modules that leave the image, and the unfree and insecure packages
    that nothing else needs.

    Raises WrongInputError if one is missing, or the remaining packages do not fit together.
    """
    start = _read(folder)
    key = text.LISTS[kind]
    raise_all(_not_there(start, kind, names))
    new = text.remove(start.text, key, names, start.file)
    for module in _idle_options(folder, start.text, new):
        new = text.remove_options(new, module, start.file)
    return nix_change.without_idle(changed(start, new), progress)


def write(change: ConfigChange) -> None:
    """Write what was changed, if the file is still the one that was read."""
    file = change.start.file.resolve()
    with project_lock(change.start.file.parent):
        if toml.text(file) != change.start.text:
            raise StepFailedError(f"{file}: was changed in the meantime", "run the command again")
        write_atomically(file, change.new.encode())


def _read(folder: Path) -> Start:
    """Return the project as it is. It may fail to resolve: the change may be what fixes it."""
    file = folder / config.FILE
    written = toml.text(file)
    config.load(folder, written)
    try:
        return Start(file, written, project.load(folder, written))
    except WrongInputError:
        return Start(file, written, None)


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
            near = did_you_mean_or_known(name, catalogue, "modules")
            yield Fault(f"no module has the name {name!r}", remedy=near)


def _checked_by_lock(project: Project, names: Sequence[str]) -> list[str]:
    """Raise a fault for each service that no locked package has; return notes without a lock."""
    found = services.find(project, state.read(project).lock, names)
    raise_all(found.faults)
    return [f"{one.what}: {one.remedy}" for one in found.warnings]


def _checked_by_void(project: Project, names: Sequence[str], progress: Progress) -> list[str]:
    """Return a note if the names cannot be checked."""
    try:
        raise_all(void_packages.faults(project, names, progress))
    except NotAtHandError as error:
        return [nix_change.unchecked(names, error)]
    return []


def _packages(change: ConfigChange, names: Iterable[str]) -> list[Package]:
    """Return the Nix packages that are not in the image yet, if known, and those of ``names``."""
    after = change.after.plan.packages
    had = {one.name for one in after}
    if change.start.project is not None:
        had = {one.name for one in change.start.project.plan.packages}
    return [one for one in after if one.name not in had or one.name in names]


def _not_there(start: Start, kind: str, names: Iterable[str]) -> Iterator[Fault]:
    key = text.LISTS[kind]
    there = text.listed(start.text, key)
    for name in names:
        if name in there:
            continue
        by = tuple(asker for asker in _askers(start, kind, name) if asker != USER)
        if kind == "service" and (by or name in (*BY_MKLIVE, *AT_BOOT)):
            remedy = (
                f"{in_words(by) or 'mklive'} enables it: add it to disable = [...] in [services]"
            )
        elif by:
            remedy = f"it is in the image because of {in_words(by)}"
        else:
            remedy = did_you_mean(name, there) or f"it has: {', '.join(there) or 'nothing'}"
        yield Fault(f"{'.'.join(key)} has no {name!r}", start.file, remedy=remedy)


def _askers(start: Start, kind: str, name: str) -> tuple[Asker, ...]:
    if start.project is None:
        return ()
    found = start.project.plan.resolution
    if kind == "module":
        return next((one.by for one in found.modules if one.module.name == name), ())
    lists: Mapping[str, Iterable[Asked | Enabled]] = {
        "nix": found.nix,
        "xbps": found.xbps,
        "service": found.services,
    }
    asked = lists[kind]
    return next((one.by for one in asked if one.name == name), ())


def _idle_options(folder: Path, old: str, new: str) -> list[str]:
    """Return modules that have options and leave the image."""
    catalogue = project.modules_of(folder)
    file = folder / config.FILE
    before, after = (config.load(folder, one) for one in (old, new))
    had, has = (needed(with_modules(one), catalogue, file)[0] for one in (before, after))
    given = after.overlay.options
    return [name for name in given if name in had and name not in has]
