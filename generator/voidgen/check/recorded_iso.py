"""Record the ISO's hash in voidgen.lock, and compare it with the ISO that is built here."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import attrs
from attrs import frozen

from voidgen import config
from voidgen.check import iso as iso_check
from voidgen.check import recording
from voidgen.iso import build, earlier, inputs
from voidgen.lock import source_date, state
from voidgen.lock.types import Iso
from voidgen.outcome.types import Outcome
from voidgen.system import iso_name, sri

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from voidgen.progress import Progress
    from voidgen.project import Project

NAME = "the ISO matches voidgen.lock"
RECORDED = "the ISO's hash is recorded"


@frozen
class _Made:
    """The hash (SRI) of an ISO of the current inputs, or why there is none.

    ``can_be_made`` is whether `voidgen iso` makes what is missing.
    """

    hash: str = ""
    missing: str = ""
    can_be_made: bool = False
    damage: tuple[str, ...] = ()


def outcomes(
    project: Project, before: Iterable[Outcome], progress: Progress, *, record: bool
) -> Iterator[Outcome]:
    """Compare the ISO of the current inputs with voidgen.lock; with ``record``, write its hash.

    If the checks so far, ``before``, built an ISO, that one is used; otherwise the one in
    ``out``, also if it was copied there. Yields nothing if the project builds no ISO, or if not
    everything is locked.
    """
    found = state.read(project)
    if project.plan.config.mklive is None or found.lock is None or state.unlocked(project, found):
        return
    date = source_date.of(found.inputs, os.environ)
    digest = inputs.digest(project, found, date)
    name = project.plan.config.image.iso_stem(iso_name.date_of(date))
    file = project.folder / build.FOLDER / f"{name}.iso"
    if record:
        made = _made(file, before, digest, progress)
        if made.hash:
            iso = Iso(digest, made.hash)
            if found.lock.iso != iso:
                recording.write(project, found, attrs.evolve(found.lock, iso=iso))
        yield _unless_made(project, RECORDED, made) or Outcome(RECORDED, "passed", made.hash)
    elif found.lock.iso is None:
        yield Outcome(NAME, "skipped", f"voidgen.lock has no hash of the ISO: {recording.REMEDY}")
    elif found.lock.iso.of != digest:
        what = f"the hash in voidgen.lock is of an ISO with other inputs: {recording.REMEDY}"
        yield Outcome(NAME, "skipped", what)
    else:
        recorded = found.lock.iso.hash
        made = _made(file, before, digest, progress, recorded)
        yield _unless_made(project, NAME, made) or _compared(recorded, made.hash)


def _unless_made(project: Project, name: str, made: _Made) -> Outcome | None:
    """Return the outcome that says why there is no ISO; None if there is one."""
    make = f"run {config.command('iso', project.name)}"
    if made.damage:
        return Outcome(name, "failed", make, "\n".join(made.damage))
    missing = f"{made.missing}: {make} first, or add --iso" if made.can_be_made else made.missing
    return None if made.hash else Outcome(name, "skipped", missing)


def _compared(recorded: str, here: str) -> Outcome:
    if recorded == here:
        return Outcome(NAME, "passed", here)
    lines = f"recorded: {recorded}\nhere: {here}"
    return Outcome(NAME, "failed", "the same inputs gave other bytes", lines)


def _made(
    file: Path,
    before: Iterable[Outcome],
    digest: str,
    progress: Progress,
    recorded: str = "",
) -> _Made:
    """Return the ISO of the inputs with this ``digest``, which belongs into ``file``.

    An ISO that was copied into ``out`` is of other inputs, for all that is known, unless it has the
    ``recorded`` hash.
    """
    twice = next((one for one in before if one.name == iso_check.NAME), None)
    if twice and twice.state == "passed" and re.fullmatch(sri.PATTERN, twice.about):
        return _Made(twice.about)
    if twice and twice.state == "failed":
        return _Made(missing="two ISOs differ, or none was built")
    out, name = file.parent, file.stem
    there = earlier.find(out, name, digest, progress)
    where = f"{build.FOLDER}/{file.name}"
    if there.damage or there.hash:
        return _Made(there.hash, damage=there.damage)
    if file.exists():
        if recorded and earlier.hash_of_iso(out, name, progress) == recorded:
            return _Made(recorded)
        missing = f"{where} was not built here from the current inputs"
        return _Made(missing=missing, can_be_made=True)
    return _Made(missing=f"{where} does not exist", can_be_made=True)
