"""Check the folders that voidgen uses: their paths, free space, and git."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen import project
from voidgen.doctor import fix
from voidgen.doctor.remedies import lines
from voidgen.errors import StepFailedError, WrongInputError
from voidgen.nix import flake_ref
from voidgen.outcome.types import Outcome
from voidgen.repository import outcome, survey
from voidgen.system import git, git_trust, home_folder
from voidgen.text import human_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.doctor.host import Host
    from voidgen.outcome.types import State

PLAIN = re.compile(r"[A-Za-z0-9/._+~=@-]*")
"""Paths that temporary folders may have: voidgen passes them to Nix as URLs."""
LEAST, ENOUGH = 2 << 30, 15 << 30
"""Free bytes: with less than `LEAST`, no image can be built; with `ENOUGH`, even large ones.

A project that makes no ISO needs only `LEAST`.
"""
SHOWN = 5
"""Number of untracked files that are named; others are only counted."""


def check(host: Host, folder: Path | None, *, makes_iso: bool = True) -> Iterator[Outcome]:
    """Check the temporary folder, and the project in ``folder`` unless that is None."""
    family = host.family()
    temporary = Path(os.environ.get("TMPDIR") or tempfile.gettempdir())
    yield _temporary(temporary, family)
    if folder:
        yield _place(folder, lines("place", family, folder=_quoted(folder)))
    yield _room(temporary, folder, family, makes_iso=makes_iso)
    yield from _git(host, folder, family)


def _place(folder: Path, remedy: str) -> Outcome:
    """Check the project's path; the container engine splits paths at colons."""
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
    signs = ", ".join("blanks" if sign.isspace() else sign for sign in strange)
    what = f"{folder} has {signs}: Nix or the container engine cannot use such a path"
    return Outcome(name, "failed", what, remedy)


def _temporary(folder: Path, family: str) -> Outcome:
    remedy = lines("tmpdir", family)
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return Outcome("TMPDIR", "failed", f"{folder} is not a writable folder", remedy)
    return _named("TMPDIR", folder, remedy)


def _room(temporary: Path, folder: Path | None, family: str, *, makes_iso: bool) -> Outcome:
    """Check the filesystem with the least free space of those that voidgen writes to."""
    free: dict[int, tuple[Path, int]] = {}
    for place in (folder, Path("/nix/store"), temporary):
        if place and place.is_dir():
            free.setdefault(place.stat().st_dev, (place, shutil.disk_usage(place).free))
    found = ", ".join(f"{human_size(count)} at {place}" for place, count in free.values())
    least = min((count for _, count in free.values()), default=0)
    if least >= (ENOUGH if makes_iso else LEAST):
        return Outcome("disk space", "passed", found)
    needs = f"an image of a desktop needs {human_size(ENOUGH)}"
    what = f"{found}; {needs if makes_iso else f'a build needs {human_size(LEAST)}'}"
    state: State = "failed" if least < LEAST else "warning"
    return Outcome("disk space", state, what, lines("space", family))


def _git(host: Host, folder: Path | None, family: str) -> Iterator[Outcome]:
    answer = host.ask(["git", "--version"])
    if answer.status != 0:
        yield Outcome("git", "failed", answer.last, lines("git", family))
        return
    yield Outcome("git", "passed", answer.out.strip().removeprefix("git version "))
    name = "git repository"
    if folder is None:
        yield Outcome(name, "skipped", "there is no project here: `voidgen init` creates one")
        return
    place = _quoted(folder)
    try:
        inside = git.is_inside_work_tree(folder)
        new = git.untracked(folder, ["."], ignored=False) if inside else []
    except StepFailedError as error:
        if distrusted := git_trust.distrusted(error.output):
            what = f"{distrusted} belongs to another user: git and Nix do not read it"
            yield fix.trusting(name, what, distrusted)
        else:
            yield Outcome(name, "failed", error.what, error.output)
        return
    if not inside:
        what = f"{folder} is not in a git repository: `voidgen generate` refuses it"
        remedy = lines("repository", family, folder=place)
        if home := home_folder.home_in(folder):
            what, remedy = f"{what}. It {home}: move the project into a folder of its own", ""
        yield Outcome(name, "failed", what, remedy)
    elif new:
        more = f" and {len(new) - SHOWN} more" if len(new) > SHOWN else ""
        what = f"git does not track these, so the flake lacks them: {', '.join(new[:SHOWN])}{more}"
        yield Outcome(name, "warning", what, lines("untracked", family, folder=place))
    else:
        yield Outcome(name, "passed", "git tracks all files")
    if inside:
        yield _files(folder)


def _files(folder: Path) -> Outcome:
    """Check what git does to the files, except those not added yet, which `_git` has named."""
    try:
        image = project.load(folder)
        found = [*survey.sources(image), *survey.emitted(image)]
    except (StepFailedError, WrongInputError):
        what = "the project has faults: `voidgen show` prints them"
        return Outcome(outcome.NAME, "skipped", what)
    return outcome.of([one for one in found if one.severity != "new"], folder, "breaks")


def _quoted(folder: Path) -> str:
    return shlex.quote(str(folder))
