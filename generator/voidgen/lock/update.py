"""Finding what to lock: inputs with Nix, packages with XBPS, and the container's digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen import config
from voidgen.container import reference
from voidgen.errors import raise_all
from voidgen.lock import (
    entries,
    fetched,
    flake_copy,
    flake_lock,
    git_inputs,
    locked_packages,
    one_snapshot,
    package_set,
    programs,
    root_packages,
    state,
    status,
    void_sources,
)
from voidgen.lock.state import CONTAINER, XBPS, Outcome, Pins
from voidgen.lock.types import Lock
from voidgen.lock.void_sources import Wanted
from voidgen.nix import flakes
from voidgen.progress import of_image
from voidgen.xbps import file_lists
from voidgen.xbps.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from voidgen.lock.changes import Move
    from voidgen.lock.entries import Entry
    from voidgen.lock.flake_lock import Input
    from voidgen.lock.types import FlakeInput
    from voidgen.progress import Progress
    from voidgen.project import Project
    from voidgen.xbps.types import Request, Xbps


def pin(
    project: Project, moving: AbstractSet[str], progress: Progress, *, evaluate: bool = True
) -> Outcome:
    """Lock what is not locked yet, and move what ``moving`` names. Writes nothing.

    With ``evaluate``, nixpkgs moves only if the image's packages evaluate with the new one.
    Raises StepFailedError if something cannot be fetched or resolved.
    """
    before = state.read(project, anywhere=True)
    with flake_copy.scratch() as work:
        run = _Pinning(project, before, moving, progress, work / "own")
        inputs = run.inputs()
        flake = state.content(run.flake / flake_lock.FILE)
        found = entries.parse(flake, project.folder / flake_lock.FILE)
        bound = run.bound(found)
        package_set.readable(project, inputs, run.flake, progress)
        packages = run.moved_packages(inputs) if evaluate else ()
        asked = status.request(project.plan, inputs)
        lock = run.lock(asked) if asked else before.lock
        if lock or bound:
            image = project.plan.config.container.image
            lock = evolve(lock or Lock(image), inputs=bound)
        done = Outcome(before, Pins(inputs, flake, lock, found), packages)
        variants: list[Outcome] = []
        for one in project.images()[1:]:
            earlier = tuple(
                each.after.lock.xbps
                for each in (done, *variants)
                if each.after.lock and each.after.lock.xbps
            )
            own = state.read(one, anywhere=True)
            shown = of_image(one.name, progress)
            run = _Pinning(one, own, moving, shown, work / f"variant-{one.name}", earlier)
            variants.append(run.variant(done.after, evaluate=evaluate))
    return evolve(done, variants=tuple(variants))


@frozen
class _Pinning:
    """One run of `pin` for an image; ``work`` is a folder of its own.

    ``earlier`` are Void's packages of the project's other images that are locked already: all come
    from one snapshot of the repositories.
    """

    project: Project
    before: Pins
    moving: AbstractSet[str]
    progress: Progress
    work: Path
    earlier: tuple[Xbps, ...] = ()

    @property
    def flake(self) -> Path:
        """Return a copy of the flake for Nix to lock: it never half-writes the project's lock."""
        return self.work / "flake"

    def variant(self, pins: Pins, *, evaluate: bool) -> Outcome:
        """Lock what a variant does not share; ``pins`` are those of the project's own image."""
        flake_copy.write(self.project, pins.flake, self.flake)
        packages = self.moved_packages(pins.inputs) if evaluate else ()
        asked = status.request(self.project.plan, pins.inputs)
        lock = self.lock(asked) if asked else self.before.lock
        if lock and pins.lock:
            lock = evolve(lock, container=pins.lock.container, inputs=pins.lock.inputs)
        return Outcome(self.before, evolve(pins, lock=lock), packages)

    def inputs(self) -> tuple[Input, ...]:
        """Return the flake's inputs, all locked."""
        plan, before = self.project.plan, self.before
        flake_copy.write(self.project, before.flake, self.flake)
        if not before.inputs:
            return ()
        moving = [one.name for one in before.inputs if one.name in self.moving and one.rev]
        fixed = {one.name for one in before.inputs if one.rev} - {*moving}
        git_inputs.check(plan, {one.name for one in before.inputs} - fixed, self.progress)
        with self.progress.step("locking the flake's inputs"):
            if moving:
                flakes.update(self.flake, moving, self.project.caches)
            else:
                flakes.lock(self.flake, self.project.caches)
        raise_all(flake_lock.unknown_follows(self.flake, plan, self.project.folder / config.FILE))
        return tuple(flake_lock.inputs(self.flake, plan))

    def moved_packages(self, inputs: tuple[Input, ...]) -> tuple[Move, ...]:
        """Return the packages of the image whose versions change with nixpkgs."""
        before = self.before.inputs
        return package_set.moves(self.project, before, inputs, self.flake, self.progress)

    def bound(self, found: Iterable[Entry]) -> tuple[FlakeInput, ...]:
        """Return flake.lock's inputs for voidgen.lock; fetches those that it does not have yet.

        Raises WrongInputError if flake.lock differs from what Nix fetches.
        """
        known = {*self.before.lock.inputs} if self.before.lock else set()
        other = [entry for entry in found if entry.bound not in known]
        if other:
            with self.progress.step("comparing flake.lock with what Nix fetches"):
                raise_all(fetched.faults(other, self.project.folder / flake_lock.FILE))
        return tuple(entry.bound for entry in found)

    def lock(self, asked: Request) -> Lock:
        """Return the lock for the packages that are ``asked`` for."""
        old = self.before.lock
        image = self._container(old.container if old else "")
        xbps = old.xbps if old else None
        others = one_snapshot.indexes(self.earlier)
        moves = XBPS in self.moving or (xbps and one_snapshot.differs(xbps, others))
        if moves or not xbps or xbps.request != asked:
            wanted = Wanted(asked, None if moves else xbps, others)
            sources = void_sources.sources(wanted, self.flake, self.project, self.progress)
            wrong = root_packages.faults(asked, sources, self.project.folder / config.FILE)
            raise_all(self.project.located(wrong))
            xbps = resolve(asked, sources, self.work, self.progress)
        elif self._unread(xbps):
            paths = locked_packages.fetched(self.project, xbps, self.progress)
            with self.progress.step("reading which services and programs the packages have"):
                xbps = file_lists.with_contents(xbps, paths, programs.paths(self.project))
        return evolve(old or Lock(), container=image, xbps=xbps)

    def _unread(self, xbps: Xbps) -> bool:
        """Return whether the packages' lists of files have to be read for this plan."""
        known = {one.path for one in xbps.programs or ()}
        return None in {xbps.services, xbps.enabled, xbps.programs} or not known.issuperset(
            programs.paths(self.project)
        )

    def _container(self, locked: str) -> str:
        """Return the container's image: if it moves, with the digest that its tag has today."""
        named = self.project.plan.config.container.image
        if named == "flake":
            return named
        image = reference.parse(named)
        if CONTAINER in self.moving and image.tag:
            with self.progress.step(f"looking up {image.name}:{image.tag}"):
                return str(evolve(image, digest=reference.digest(evolve(image, digest=""))))
        if locked != named:
            with self.progress.step(f"looking up {named}"):
                reference.digest(image)
        return named
