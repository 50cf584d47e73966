"""Check that two runs of `voidgen iso` under different conditions give the same bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.check import machine
from voidgen.check.copies import copies
from voidgen.compare import isos
from voidgen.errors import StepFailedError
from voidgen.iso import build
from voidgen.outcome.types import Outcome
from voidgen.system import sri

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from voidgen.check.conditions import Condition
    from voidgen.progress import Progress
    from voidgen.project import Project

NAME = "two ISOs are identical"
"""If this check passes, its text is the hash of both ISOs."""


def identical(project: Project, progress: Progress) -> Iterator[Outcome]:
    """Build the ISO in two copies of the project, compare them, and report each condition.

    The copies are in the project's ``out``, which must have room for ISOs anyway.
    """
    if project.plan.config.mklive is None:
        yield Outcome(NAME, "skipped", "this project builds no ISO: voidgen.toml has no [mklive]")
        return
    out = project.folder / build.FOLDER
    out.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="voidgen-", dir=out) as work:
        try:
            with progress.step("finding out what this machine can vary"):
                conditions = machine.vary(project, Path(work), progress)
        except StepFailedError as error:
            details = "\n".join(filter(None, (error.what, error.remedy, error.output)))
            yield Outcome(NAME, "failed", "the ISO cannot be built", details)
            return
        with progress.step("building the ISO twice"):
            yield from _compared(project, conditions, Path(work))


def _compared(project: Project, conditions: Sequence[Condition], work: Path) -> Iterator[Outcome]:
    varied = "\n".join(f"varied: {one.name}: {values(one)}" for one in conditions if one.settings)
    with copies(project, conditions, work) as both:
        made = []
        for which, one in zip(("first", "second"), both, strict=True):
            done = one.voidgen("iso", *filter(None, [project.name]))
            if done.status:
                messages = done.stderr.decode(errors="replace").rstrip("\n")
                about = f"the {which} ISO cannot be built"
                yield Outcome(NAME, "failed", about, f"{messages}\n{varied}")
                return
            made.append(build.made_in(one.folder, project.plan.config.image))
        hashes = [sri.of_file(iso) for iso in made]
        if hashes[0] == hashes[1]:
            yield Outcome(NAME, "passed", hashes[0])
        else:
            lines = "\n".join(isos.differences(made[0], made[1], work))
            yield Outcome(NAME, "failed", "they differ", f"{lines}\n{varied}")
    yield from map(row, conditions)


def row(condition: Condition) -> Outcome:
    """Return the outcome that says between which values a condition was varied, or why not."""
    name = f"varied: {condition.name}"
    if not condition.settings:
        return Outcome(name, "skipped", condition.missing)
    return Outcome(name, "passed", values(condition))


def values(condition: Condition) -> str:
    """Return the two values of a condition, for a person; empty if it is not varied."""
    return " and ".join(one.value for one in condition.settings or ())
