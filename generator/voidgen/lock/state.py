"""Reading and writing what a project is locked to: flake.lock and voidgen.lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen import config, emit
from voidgen.errors import Fault, raise_all, refused
from voidgen.lock import (
    bound,
    changes,
    entries,
    flake_lock,
    locked_root,
    nix_state,
    of_image,
    services,
    status,
)
from voidgen.lock import voidgen_lock as lock_file
from voidgen.system import git
from voidgen.system.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.config.types import Config
    from voidgen.lock.changes import Move
    from voidgen.lock.entries import Entry
    from voidgen.lock.flake_lock import Input
    from voidgen.lock.types import FlakeInput, Lock
    from voidgen.plan.plan import Plan
    from voidgen.project import Project

XBPS, CONTAINER = "xbps", "container"
"""What `voidgen update` can move besides flake inputs."""
LOCK = "run `voidgen lock`"


@frozen
class Pins:
    """All that an image is locked to; ``flake`` is flake.lock's bytes (empty: no file).

    ``entries`` are flake.lock's, of inputs' inputs too. ``lock`` has only this image.
    """

    inputs: tuple[Input, ...]
    flake: bytes
    lock: Lock | None
    entries: tuple[Entry, ...] = ()

    @property
    def found(self) -> tuple[FlakeInput, ...]:
        """Return flake.lock's inputs, in the form in which voidgen.lock has them."""
        return tuple(entry.bound for entry in self.entries)


@frozen
class Outcome:
    """The locks before and after `update.pin`, which does not write them."""

    before: Pins
    after: Pins
    packages: tuple[Move, ...] = ()
    """Nix packages of the image whose version changes with nixpkgs."""
    variants: tuple[Outcome, ...] = ()
    """The outcomes of the project's variants, in their order."""

    def moves(self) -> list[Move]:
        """Return all that was added, removed or moved, in any image, once."""
        before, after = self.before, self.after
        own = [
            *changes.inputs(before.inputs, after.inputs),
            *self.packages,
            *changes.lock(before.lock, after.lock),
        ]
        return [*dict.fromkeys([*own, *(move for one in self.variants for move in one.moves())])]


def read(project: Project, *, anywhere: bool = False) -> Pins:
    """Return what the image is locked to; WrongInputError if a lock is damaged.

    With ``anywhere``, inputs may be locked from other references than voidgen.toml has.
    """
    inputs = flake_lock.inputs(project.folder, project.plan, anywhere=anywhere)
    file = project.folder / flake_lock.FILE
    data = content(file)
    lock = of_image.of(lock_file.read(project.folder), project.name)
    return Pins(tuple(inputs), data, lock, entries.parse(data, file))


def no_iso(settings: Config) -> Fault:
    """Return the fault of a project without [mklive] whose ISO or Void packages are needed."""
    set_ = settings.nix.nixpkgs
    remedy = "add [mklive] to voidgen.toml: mklive makes the ISO from Void's packages"
    if set_.startswith("./"):
        remedy = f"run `voidgen init --online`: it adds [mklive], and nixpkgs instead of {set_}"
    return Fault("this project makes no ISO", remedy=remedy)


def movable(plan: Plan) -> list[str]:
    """Return the names that `voidgen update` takes for this plan."""
    inputs = flake_lock.references(plan)
    return [*inputs, XBPS, CONTAINER] if plan.config.mklive else [*inputs]


def unlocked(project: Project, found: Pins | None = None) -> list[str]:
    """Return a line for each thing that is not locked; ``found`` defaults to `read`'s result."""
    found = found or read(project)
    return [*_missing(project, found), *bound.changed(found.found, found.lock)]


def unlocked_of_all(project: Project) -> list[str]:
    """Return the lines of `unlocked` for all images; one that differs names its variant."""
    own, *others = project.images()
    shared = unlocked(own)
    return [
        *shared,
        *(
            f"{line} (variant {one.name})"
            for one in others
            for line in unlocked(one)
            if line not in shared
        ),
    ]


def remedy(found: Pins) -> str:
    """Return what to do about the lines of `unlocked` for ``found``."""
    return bound.RESTORE_FLAKE_LOCK if any(bound.changed(found.found, found.lock)) else LOCK


def faults(project: Project, found: Pins) -> list[Fault]:
    """Return a fault for each thing that is not locked, for commands that need all locks.

    Services that no locked package provides are faults, too.
    """
    changed = bound.changed(found.found, found.lock)
    return [
        *(_fault(line) for line in _missing(project, found)),
        *(Fault(line, remedy=bound.RESTORE_FLAKE_LOCK) for line in changed),
        *project.located(services.find(project, found.lock).faults),
    ]


def ready(project: Project) -> Pins:
    """Return the locks; WrongInputError unless generated files and locks fit voidgen.toml."""
    found = read(project)
    raise_all([*faults(project, found), *emit.faults(project.folder, project.tree())])
    return found


def _missing(project: Project, found: Pins) -> list[str]:
    missing = status.unlocked(project.plan, found.inputs, found.lock)
    if project.plan.config.mklive and not found.lock:
        return missing  # They say that there is no voidgen.lock.
    return [*missing, *bound.unbound(found.found, found.lock)]


def warnings(project: Project, lock: Lock | None) -> list[Fault]:
    """Return what in voidgen.toml does not fit the locked packages, but can be built."""
    file, state_dir = project.folder / config.FILE, project.plan.config.nix.state_dir
    found = nix_state.fault(lock, state_dir, file)
    return [
        *([found] if found else []),
        *locked_root.warnings(project.plan.config.xbps, lock, file),
        *services.find(project, lock).warnings,
        *services.doubts(project, lock),
    ]


def flake_faults(project: Project) -> list[Fault]:
    """Return a fault for each flake input that is not locked, for commands that only evaluate."""
    inputs = flake_lock.inputs(project.folder, project.plan)
    return [_fault(line) for line in status.unlocked_inputs(inputs)]


def _fault(line: str) -> Fault:
    return Fault(line, remedy=LOCK)


def write(project: Project, outcome: Outcome) -> list[str]:
    """Write the locks that changed, make git track them, and return the changed files' names."""
    folder, after = project.folder, outcome.after
    new = {flake_lock.FILE: after.flake}
    if after.lock:
        lock = of_image.joined(after.lock, _of_variants(project, outcome))
        new[lock_file.FILE] = lock_file.dump(lock)
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


def _of_variants(project: Project, outcome: Outcome) -> dict[str, Lock]:
    found = zip(project.variants, outcome.variants, strict=True)
    return {one.name: each.after.lock for one, each in found if each.after.lock}


def content(file: Path) -> bytes:
    """Return the bytes of ``file``, b"" if it is missing; StepFailedError if it is unreadable."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise refused(error, file) from None
