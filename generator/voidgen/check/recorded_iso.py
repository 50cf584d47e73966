"""The ISO's own hash in voidgen.lock: recorded, and compared with what is made here."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import attrs
from attrs import frozen

from voidgen.check import iso as iso_check
from voidgen.check import recording
from voidgen.iso import build, earlier, inputs
from voidgen.lock import epoch, state
from voidgen.lock.types import Iso
from voidgen.outcome.types import Outcome
from voidgen.xbps.types import SRI

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voidgen.progress import Progress
    from voidgen.project import Project

NAME = "the ISO is the recorded one"
RECORDED = "the ISO is recorded"
RECORD = "`voidgen check --record` writes it"
MAKE = "run `voidgen iso` first, or add --iso"


@frozen
class _Made:
    """The hash (SRI) of an ISO of the present inputs, or why there is none."""

    hash: str = ""
    missing: str = ""
    damage: tuple[str, ...] = ()


def outcomes(
    project: Project, before: Iterable[Outcome], progress: Progress, *, record: bool
) -> Iterator[Outcome]:
    """Compare the ISO of the present inputs with voidgen.lock; with ``record``, write its hash.

    It is that of ``before``, what was checked so far, if the ISO was made there; otherwise the one
    in ``out``. Nothing where no ISO is made, or where not all is locked.
    """
    found = state.read(project)
    if project.plan.config.mklive is None or found.lock is None or state.unlocked(project, found):
        return
    digest = inputs.digest(project, found, epoch.source_date(found.inputs, os.environ))
    if record:
        made = _made(project, before, digest, progress)
        if made.hash:
            iso = Iso(digest, made.hash)
            if found.lock.iso != iso:
                recording.write(project, found, attrs.evolve(found.lock, iso=iso))
        yield _unless_made(RECORDED, made) or Outcome(RECORDED, "passed", made.hash)
    elif found.lock.iso is None:
        yield Outcome(NAME, "skipped", f"none is recorded: {RECORD}")
    elif found.lock.iso.of != digest:
        yield Outcome(NAME, "skipped", f"what is recorded was made from something else: {RECORD}")
    else:
        made = _made(project, before, digest, progress)
        yield _unless_made(NAME, made) or _compared(found.lock.iso.hash, made.hash)


def _unless_made(name: str, made: _Made) -> Outcome | None:
    """Why there is no ISO to look at; None where there is one."""
    if made.damage:
        return Outcome(name, "failed", "run `voidgen iso`", "\n".join(made.damage))
    return None if made.hash else Outcome(name, "skipped", made.missing)


def _compared(recorded: str, here: str) -> Outcome:
    if recorded == here:
        return Outcome(NAME, "passed", here)
    lines = f"recorded: {recorded}\nhere: {here}"
    return Outcome(NAME, "failed", "other bytes were made from the same", lines)


def _made(project: Project, before: Iterable[Outcome], digest: str, progress: Progress) -> _Made:
    twice = next((one for one in before if one.name == iso_check.NAME), None)
    if twice and twice.state == "passed" and re.fullmatch(SRI.pattern, twice.about):
        return _Made(twice.about)
    if twice and twice.state == "failed":
        return _Made(missing="two ISOs differ, or none was made")
    out, name = project.folder / build.FOLDER, project.plan.config.image.name
    there = earlier.find(out, name, digest, progress)
    where = f"{build.FOLDER}/{name}.iso"
    if there.damage or there.hash:
        return _Made(there.hash, damage=there.damage)
    if (out / f"{name}.iso").exists():
        return _Made(missing=f"{where} was made from something else: {MAKE}")
    return _Made(missing=f"{where} is not there: {MAKE}")
