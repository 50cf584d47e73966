"""What a project is locked to, by flake.lock and voidgen.lock; reading and writing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen import config
from voidgen.errors import Fault, refused
from voidgen.lock import bound, changes, entries, flake_lock, nix_state, status
from voidgen.lock import voidgen_lock as lock_file
from voidgen.system import git
from voidgen.system.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.lock.changes import Move
    from voidgen.lock.entries import Entry
    from voidgen.lock.flake_lock import Input
    from voidgen.lock.types import FlakeInput, Lock
    from voidgen.plan.plan import Plan
    from voidgen.project import Project

XBPS, CONTAINER = "xbps", "container"
"""What can be moved beside flake inputs."""
LOCK = "run `voidgen lock`"


@frozen
class Pins:
    """All that a project is locked to; ``flake`` is flake.lock's bytes (empty: no file).

    ``entries`` are flake.lock's, of inputs' inputs too.
    """

    inputs: tuple[Input, ...]
    flake: bytes
    lock: Lock | None
    entries: tuple[Entry, ...] = ()

    @property
    def found(self) -> tuple[FlakeInput, ...]:
        """What flake.lock says of its inputs, to be compared with what voidgen.lock has of them."""
        return tuple(entry.bound for entry in self.entries)


@frozen
class Outcome:
    """What `update` found, before it is written."""

    before: Pins
    after: Pins
    packages: tuple[Move, ...] = ()
    """Nix packages of the image whose version another nixpkgs changed."""

    def moves(self) -> list[Move]:
        """All that moved."""
        before, after = self.before, self.after
        return [
            *changes.inputs(before.inputs, after.inputs),
            *self.packages,
            *changes.lock(before.lock, after.lock),
        ]


def read(project: Project, *, anywhere: bool = False) -> Pins:
    """What the project in its folder is locked to; WrongInputError where a lock is damaged.

    ``anywhere`` takes inputs that are locked from somewhere else than voidgen.toml says, too.
    """
    inputs = flake_lock.inputs(project.folder, project.plan, anywhere=anywhere)
    file = project.folder / flake_lock.FILE
    data = content(file)
    lock = lock_file.read(project.folder)
    return Pins(tuple(inputs), data, lock, entries.parse(data, file))


def movable(plan: Plan) -> list[str]:
    """What can be moved in a project of this plan."""
    inputs = flake_lock.references(plan)
    return [*inputs, XBPS, CONTAINER] if plan.config.mklive else [*inputs]


def unlocked(project: Project, found: Pins | None = None) -> list[str]:
    """A line for each thing that is not locked; ``found`` is what `read` gave, if it was asked."""
    found = found or read(project)
    return [*_missing(project, found), *bound.changed(found.found, found.lock)]


def remedy(found: Pins) -> str:
    """What to do about what `unlocked` tells of ``found``."""
    return bound.RESTORE if any(bound.changed(found.found, found.lock)) else LOCK


def faults(project: Project, found: Pins) -> list[Fault]:
    """A fault for each thing that is not locked, for what needs all of them."""
    changed = bound.changed(found.found, found.lock)
    return [
        *(_fault(line) for line in _missing(project, found)),
        *(Fault(line, remedy=bound.RESTORE) for line in changed),
    ]


def _missing(project: Project, found: Pins) -> list[str]:
    missing = status.unlocked(project.plan, found.inputs, found.lock)
    if project.plan.config.mklive and not found.lock:
        return missing  # They say that there is no voidgen.lock.
    return [*missing, *bound.unbound(found.found, found.lock)]


def warnings(project: Project, lock: Lock | None) -> list[Fault]:
    """Return what of voidgen.toml does not fit the locked packages: the image would build."""
    file, state_dir = project.folder / config.FILE, project.plan.config.nix.state_dir
    found = nix_state.fault(lock, state_dir, file)
    return [found] if found else []


def flake_faults(project: Project) -> list[Fault]:
    """A fault for each input of the flake that is not locked, for what only evaluates it."""
    inputs = flake_lock.inputs(project.folder, project.plan)
    return [_fault(line) for line in status.unlocked_inputs(inputs)]


def _fault(line: str) -> Fault:
    return Fault(line, remedy=LOCK)


def write(project: Project, outcome: Outcome) -> list[str]:
    """Write what moved, and tell git of the locks; the names of the files that changed."""
    folder, after = project.folder, outcome.after
    new = {flake_lock.FILE: after.flake}
    if after.lock:
        new[lock_file.FILE] = lock_file.dump(after.lock)
        image = project.plan.config.container.image
        if after.lock.container != image:
            text = content(folder / config.FILE)
            new[config.FILE] = text.replace(image.encode(), after.lock.container.encode())
    changed = [name for name, data in new.items() if data != content(folder / name)]
    for name in changed:
        write_atomically(folder / name, new[name])
    if changed and git.is_inside_work_tree(folder):
        git.add_intent(folder, changed)
    return changed


def content(file: Path) -> bytes:
    """The bytes of ``file``, none where it is missing; StepFailedError where it is unreadable."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise refused(error, file) from None
