"""Check added and removed Nix packages against the package set, and change [nix] to fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen.edit import nix_packages, text
from voidgen.edit.types import NotAtHandError, changed
from voidgen.errors import Fault, StepFailedError, raise_all
from voidgen.overlay.asker import USER, in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from voidgen.edit.nix_packages import Answer, Lines
    from voidgen.edit.types import ConfigChange, Consent
    from voidgen.plan.plan import Package
    from voidgen.progress import Progress


def unchecked(names: Iterable[str], why: NotAtHandError) -> str:
    """Return a note that names could not be checked."""
    return f"voidgen could not check {', '.join(names)}: {why}"


def new_names(answer: Answer, names: Sequence[str], consent: Consent) -> list[str]:
    """Return ``names``, with renamed packages under their new names if the user agrees."""
    renamed = {name: answer.renamed[name] for name in names if name in answer.renamed}
    lines = [f"{name} has been renamed to {new}" for name, new in renamed.items()]
    question = "Add the new name instead?" if len(renamed) == 1 else "Add the new names instead?"
    if renamed and consent.ask(lines, question):
        return [renamed.get(name, name) for name in names]
    return [*names]


def checked(
    change: ConfigChange, answer: Answer, packages: Sequence[Package], consent: Consent
) -> ConfigChange:
    """Return ``change`` with the unfree and insecure ones of ``packages`` allowed, by consent.

    Raises WrongInputError with every fault: nothing is asked if there is one.
    """
    faults = [*_faults(answer, packages)]
    if faults:
        faults += [
            Fault(f"{name} has been renamed to {new}", remedy=f"add {new} instead")
            for name, new in answer.renamed.items()
            if name not in answer.faults
        ]
    new = change.new
    for kind, agreed in ((UNFREE, consent.unfree), (INSECURE, consent.insecure)):
        missing = kind.missing(answer, change)
        if not missing:
            continue
        if not agreed and (faults or not consent.ask([*missing.values()], kind.question(missing))):
            faults += [
                Fault(what, remedy=f"to accept it, pass {kind.option}") for what in missing.values()
            ]
            continue
        new = text.add(new, kind.key, missing, change.start.file)
    raise_all(faults)
    notes = [
        f"{name} has been renamed to {new_name}: both still work"
        for name, new_name in answer.renamed.items()
    ]
    return changed(change.start, new, (*change.notes, *notes, *answer.warnings))


def without_idle(change: ConfigChange, progress: Progress) -> ConfigChange:
    """Return ``change`` without the allowed packages that only what was removed needs."""
    config = change.after.plan.config.nix
    if change.start.project is None or not (config.unfree or config.insecure):
        return change
    stays = {one.name for one in change.after.plan.packages}
    gone = [one for one in change.start.project.plan.packages if one.name not in stays]
    try:
        had = nix_packages.ask(change.start.project, gone, progress)
        idle = {kind: kind.listed(change, kind.named(had)) for kind in (UNFREE, INSECURE)}
        if any(idle.values()):
            has = nix_packages.ask(change.after, change.after.plan.packages, progress)
            idle = {
                kind: [name for name in names if name not in kind.named(has)]
                for kind, names in idle.items()
            }
    except (NotAtHandError, StepFailedError) as error:
        note = f"nix.unfree and nix.insecure stay as they are: {error}"
        return evolve(change, notes=(*change.notes, note))
    new = change.new
    for kind, names in idle.items():
        new = text.remove(new, kind.key, names, change.start.file)
    return changed(change.start, new, change.notes)


@frozen
class _Kind:
    """A kind of package that the image may only have if voidgen.toml names the package."""

    name: str
    key: tuple[str, str]
    words: str

    @property
    def option(self) -> str:
        """Return the option of `voidgen add` that accepts all of them."""
        return f"--{self.name}"

    def named(self, answer: Answer) -> Mapping[str, Lines]:
        """Return those that the package set named, with its reasons."""
        return answer.unfree if self.name == "unfree" else answer.insecure

    def listed(self, change: ConfigChange, names: Iterable[str]) -> list[str]:
        """Return those of ``names`` that voidgen.toml lists."""
        there = text.listed(change.new, self.key)
        return [name for name in there if name in {*names}]

    def missing(self, answer: Answer, change: ConfigChange) -> dict[str, str]:
        """Return those that voidgen.toml does not list, with what is said of them."""
        there = text.listed(change.new, self.key)
        named = sorted(self.named(answer).items())
        return {
            name: f"{name} is {self.name} ({self.words}: {'; '.join(why)})"
            for name, why in named
            if name not in there
        }

    def question(self, missing: Mapping[str, str]) -> str:
        """Return the question whether they are accepted."""
        return f"Accept {'it' if len(missing) == 1 else 'them'} in this image?"


UNFREE = _Kind("unfree", text.UNFREE, "license")
INSECURE = _Kind("insecure", text.INSECURE, "known issues")


def _faults(answer: Answer, packages: Iterable[Package]) -> Iterator[Fault]:
    for package in packages:
        by = "" if USER in package.by else f" (of {in_words(package.by)})"
        for what, *more in answer.faults.get(package.name, ()):
            yield Fault(f"{package.name}{by}: {what}", remedy="; ".join(more))
