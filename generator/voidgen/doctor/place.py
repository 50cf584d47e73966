"""The project's folder and those that voidgen writes to: names, room, and git."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen import project
from voidgen.doctor.remedies import lines
from voidgen.errors import StepFailedError, WrongInputError
from voidgen.nix import flake_ref
from voidgen.outcome.types import Outcome
from voidgen.repository import outcome, survey
from voidgen.system import git
from voidgen.text import human_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.doctor.host import Host
    from voidgen.outcome.types import State

PLAIN = re.compile(r"[A-Za-z0-9/._+~=@-]*")
"""What the path of temporary folders may be of: voidgen has Nix read them as URLs."""
LEAST, ENOUGH = 2 << 30, 15 << 30
"""Bytes: with less no image is made, or not a large one twice."""
SHOWN = 5
"""Untracked files that are named; more are counted."""


def check(host: Host, folder: Path | None) -> Iterator[Outcome]:
    """Of the project in ``folder``, where there is one."""
    family = host.family()
    temporary = Path(os.environ.get("TMPDIR") or tempfile.gettempdir())
    yield _temporary(temporary, family)
    if folder:
        yield _place(folder, lines("place", family, folder=_quoted(folder)))
    yield _room(temporary, folder, family)
    yield from _git(host, folder, family)


def _place(folder: Path, remedy: str) -> Outcome:
    """The project's path: an engine splits at colons."""
    fault, name = flake_ref.misplaced(folder), "project's path"
    if fault:
        return Outcome(name, "failed", f"{folder}: {fault.what}", remedy)
    if ":" in str(folder):
        what = f"{folder}: this path has :, at which the container engine splits it"
        return Outcome(name, "failed", what, remedy)
    return Outcome(name, "passed", str(folder))


def _named(name: str, folder: Path, remedy: str) -> Outcome:
    strange = sorted({*PLAIN.sub("", str(folder))})
    if not strange:
        return Outcome(name, "passed", str(folder))
    told = ", ".join("blanks" if sign.isspace() else sign for sign in strange)
    what = f"{folder} has {told}: Nix or the container engine cannot take it"
    return Outcome(name, "failed", what, remedy)


def _temporary(folder: Path, family: str) -> Outcome:
    remedy = lines("tmpdir", family)
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return Outcome("TMPDIR", "failed", f"{folder} is no folder to write to", remedy)
    return _named("TMPDIR", folder, remedy)


def _room(temporary: Path, folder: Path | None, family: str) -> Outcome:
    """The least of all the filesystems that are written to."""
    free: dict[int, tuple[Path, int]] = {}
    for place in (folder, Path("/nix/store"), temporary):
        if place and place.is_dir():
            free.setdefault(place.stat().st_dev, (place, shutil.disk_usage(place).free))
    told = ", ".join(f"{human_size(count)} at {place}" for place, count in free.values())
    least = min((count for _, count in free.values()), default=0)
    if least >= ENOUGH:
        return Outcome("disk space", "passed", told)
    what = f"{told}; an image of a desktop takes {human_size(ENOUGH)}"
    state: State = "failed" if least < LEAST else "warning"
    return Outcome("disk space", state, what, lines("space", family))


def _git(host: Host, folder: Path | None, family: str) -> Iterator[Outcome]:
    said = host.ask(["git", "--version"])
    if said.status != 0:
        yield Outcome("git", "failed", said.last, lines("git", family))
        return
    yield Outcome("git", "passed", said.out.strip().removeprefix("git version "))
    name = "git repository"
    if folder is None:
        yield Outcome(name, "skipped", "no project here: `voidgen init` makes one")
        return
    place = _quoted(folder)
    try:
        inside = git.is_inside_work_tree(folder)
        new = git.untracked(folder, ["."], ignored=False) if inside else []
    except StepFailedError as error:
        yield Outcome(name, "failed", error.what, error.output)
        return
    if not inside:
        what = f"{folder} is in none: `voidgen generate` refuses it"
        yield Outcome(name, "failed", what, lines("repository", family, folder=place))
    elif new:
        more = f" and {len(new) - SHOWN} more" if len(new) > SHOWN else ""
        what = f"not seen by the flake, as git does not know them: {', '.join(new[:SHOWN])}{more}"
        yield Outcome(name, "warning", what, lines("untracked", family, folder=place))
    else:
        yield Outcome(name, "passed", "all files are known to it")
    if inside:
        yield _files(folder)


def _files(folder: Path) -> Outcome:
    """What git does to the files; those that the user has not added are told already."""
    try:
        image = project.load(folder)
        found = [*survey.sources(image), *survey.emitted(image)]
    except (StepFailedError, WrongInputError):
        what = "the project has faults: `voidgen show` names them"
        return Outcome(outcome.NAME, "skipped", what)
    return outcome.of([one for one in found if one.severity != "new"], folder, "breaks")


def _quoted(folder: Path) -> str:
    return shlex.quote(str(folder))
