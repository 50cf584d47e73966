"""Ask the project's package set about packages, using Nix."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from attrs import Factory, frozen

from voidgen.config.nix import MAIN
from voidgen.data.bundled_files import DATA
from voidgen.edit import flake_sets
from voidgen.edit.types import NotAtHandError
from voidgen.errors import StepFailedError
from voidgen.lock import flake_lock
from voidgen.nix import evaluation, fetchers, limits, refusal
from voidgen.schema import typed_json
from voidgen.system.network_faults import UnreachableError
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from voidgen.plan.plan import Package
    from voidgen.progress import Progress
    from voidgen.project import Project

T = TypeVar("T")
ASK = DATA / "ask.nix"

Lines = tuple[str, ...]


@frozen
class Answer:
    """What the package set says.

    ``faults`` has the lines of each fault, by the package's name in voidgen.toml. ``unfree`` has
    licenses by the name that [nix] unfree takes, ``insecure`` known vulnerabilities by the name
    that [nix] insecure takes: of the packages and of all that they need. ``renamed`` has the new
    name of a package by its old one. ``warnings`` are the package set's own warnings, such as the
    planned removal of a package.
    """

    faults: Mapping[str, tuple[Lines, ...]] = MappingProxyType({})
    unfree: Mapping[str, Lines] = MappingProxyType({})
    insecure: Mapping[str, Lines] = MappingProxyType({})
    renamed: Mapping[str, str] = MappingProxyType({})
    warnings: tuple[str, ...] = ()


def ask(project: Project, packages: Iterable[Package], progress: Progress) -> Answer:
    """Return what the package set says of ``packages``.

    Raises NotAtHandError if it cannot be asked, and StepFailedError if it fails.
    """
    asked = tuple(packages)
    if not asked:
        return Answer()
    if not shutil.which("nix"):
        raise NotAtHandError("nix is not on PATH")
    sets = project.plan.config.nix.sets
    flakes = {name for name, one in sets.items() if one.flake}
    strange = tuple(one for one in asked if one.set in flakes)
    found = _ask_sets(project, tuple(one for one in asked if one not in strange), progress)
    if strange:
        names = sorted({one.set for one in strange if one.set})
        with (
            flake_sets.locked(project, names, progress) as flake,
            progress.step(f"checking packages of {' and '.join(names)}"),
        ):
            found += _Sets(flake).ask(strange)
    return found.answer()


def _ask_sets(project: Project, asked: Sequence[Package], progress: Progress) -> _Found:
    """Return what sets like nixpkgs say of ``asked``."""
    if not asked:
        return _Found()
    nix = project.plan.config.nix
    needed = {MAIN, *(one.set for one in asked)}
    sets = {name: one for name, one in nix.every_set().items() if name in needed}
    folders = {name: folder(project, name, progress) for name in sets}
    described = {
        name: {
            "nixpkgs": str(folders[name]),
            "overlays": [str(project.folder / file) for file in one.overlays],
        }
        for name, one in sets.items()
    }
    arguments = {
        "sets": json.dumps(described),
        "others": json.dumps([*nix.sets]),
        "code": str(DATA / "nix"),
        "system": project.plan.system,
    }
    # The flake's evaluation is pure. Here, an overlay reads at least nothing else.
    own = (*folders.values(), DATA, project.folder)
    readable = own if any(nix.overlay_files()) else None
    with progress.step("checking the package set"):
        return _Sets(_InFolders(arguments, readable)).ask(asked)


def folder(project: Project, name: str, progress: Progress) -> Path:
    """Return the folder of the package set ``name``: the locked one, or today's if none is locked.

    Raises NotAtHandError if it cannot be fetched.
    """
    named = project.plan.config.nix.every_set()[name].source
    if named.startswith("./"):
        return project.folder / named
    found = flake_lock.inputs(project.folder, project.plan)
    try:
        with progress.step(f"looking up{limits.CHECK.note} {named}"):
            locked = flake_lock.locked(project.folder, name)
            if locked and any(one.name == name and one.rev for one in found):
                return fetchers.fetch_tree(locked, limits.CHECK)
            return fetchers.flake_prefetch(named, limits.CHECK).path
    except UnreachableError as error:
        raise NotAtHandError(error.what) from None
    except StepFailedError:
        raise NotAtHandError(f"{named} cannot be fetched") from None


@frozen
class _Note:
    """A trace of ask.nix about a package that is allowed by name, or that ``asked`` needs."""

    reason: str
    name: str
    why: Lines = ()
    licenses: Lines = ()
    asked: str = ""

    @property
    def about(self) -> Lines:
        """Return its known vulnerabilities or its licenses."""
        return self.why or self.licenses


@frozen
class _Answer:
    """What ask.nix says of a package; ``new`` is its new name, if the set renamed it."""

    name: str
    faults: tuple[Lines, ...]
    refused: bool
    new: str | None
    warnings: tuple[str, ...]


@frozen
class _Found:
    """What ask.nix answered."""

    faults: Mapping[str, tuple[Lines, ...]] = Factory(dict)
    renamed: Mapping[str, str] = Factory(dict)
    notes: tuple[_Note, ...] = ()
    warnings: tuple[str, ...] = ()

    def __add__(self, other: _Found) -> _Found:
        return _Found(
            {**self.faults, **other.faults},
            {**self.renamed, **other.renamed},
            self.notes + other.notes,
            self.warnings + other.warnings,
        )

    def answer(self) -> Answer:
        """Return the answer for the user."""
        faults = dict(self.faults)
        for note in dict.fromkeys(self.notes):
            if note.asked and note.reason not in {"unfree", "insecure"}:
                faults[note.asked] = (*faults.get(note.asked, ()), _needed(note))
        unfree, insecure = self._allowed("unfree"), self._allowed("insecure")
        return Answer(faults, unfree, insecure, self.renamed, self.warnings)

    def _allowed(self, reason: Literal["unfree", "insecure"]) -> Mapping[str, Lines]:
        return {note.name: note.about for note in self.notes if note.reason == reason}


_REASONS = {"broken": "is marked as broken", "unsupported": "does not support this system"}


def _needed(note: _Note) -> Lines:
    why = _REASONS.get(note.reason, f"the package set refuses ({note.reason})")
    return (f'it needs "{note.name}", which {why}', CHOOSE)


CHOOSE = "choose another package"


class _Evaluated(Protocol):
    """What can evaluate ask.nix with more ``arguments``; the other result is what it traces."""

    def ask(self, arguments: Mapping[str, str], kind: type[T]) -> tuple[T, str]: ...


@frozen
class _InFolders:
    """Package sets in folders, as arguments of ask.nix, and what it may read (None: all)."""

    arguments: Mapping[str, str]
    readable: tuple[Path, ...] | None

    def ask(self, arguments: Mapping[str, str], kind: type[T]) -> tuple[T, str]:
        return evaluation.instantiate(ASK, {**self.arguments, **arguments}, kind, self.readable)


@frozen
class _Sets:
    """Package sets that can be asked."""

    evaluated: _Evaluated

    def ask(self, asked: Sequence[Package]) -> _Found:
        """Return what it says of ``asked``; asks for one at a time if it cannot answer for all."""
        try:
            found = self._asked(asked)
        except StepFailedError:
            # Nix code cannot catch some errors. If the set itself fails, no package is at fault.
            self._asked(())
            found = _Found()
            for one in asked:
                found += self._ask_one(one)
        return found

    def _ask_one(self, one: Package) -> _Found:
        try:
            return self._asked([one])
        except StepFailedError as error:
            return _Found({one.name: (_refusal_lines(error),)})

    def _asked(self, asked: Sequence[Package]) -> _Found:
        arguments = {"requests": _requests(asked)}
        answers, said = self.evaluated.ask(arguments, tuple[_Answer, ...])
        faults = {one.name: one.faults for one in answers}
        by_name = {one.name: one for one in asked}
        for one in answers:
            if one.refused:
                faults[one.name] = (*faults[one.name], self._refusal(by_name[one.name]))
        renamed = {one.name: one.new + _outputs(one.name) for one in answers if one.new}
        kept = {name: lines for name, lines in faults.items() if lines}
        warnings = (f"{one.name}: {what}" for one in answers for what in one.warnings)
        return _Found(kept, renamed, tuple(_notes(said)), tuple(warnings))

    def _refusal(self, one: Package) -> Lines:
        """Return the set's own message."""
        try:
            self.evaluated.ask({"requests": _requests([one]), "aloud": "yes"}, object)
        except StepFailedError as error:
            return _refusal_lines(error)
        return ("the package set refuses it", CHOOSE)


def _requests(packages: Sequence[Package]) -> str:
    return json.dumps(typed_json.plain(tuple(packages)))


def _outputs(name: str) -> str:
    """Return the ^ and the outputs that a name of voidgen.toml ends with."""
    _, sign, outputs = name.partition("^")
    return sign + outputs


def _refusal_lines(error: StepFailedError) -> Lines:
    """Return the message of Nix as a fault's lines."""
    lines = refusal.message(error.output)
    return (f"the package set refuses it: {' '.join(lines) or error.what}", CHOOSE)


def _notes(said: str) -> Iterator[_Note]:
    for line in said.splitlines():
        if line.startswith("trace: {"):
            with suppress(GarbledError):  # A trace of the set's own.
                yield typed_json.read(line.removeprefix("trace: "), _Note)
