"""Finding what to lock: inputs with Nix, packages with XBPS, and the container's digest."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen import config, emit
from voidgen.config.mklive_options import host_arch
from voidgen.container import reference
from voidgen.errors import StepFailedError, WrongInputError, raise_all, refused
from voidgen.lock import (
    changes,
    entries,
    fetched,
    flake_copy,
    flake_lock,
    git_inputs,
    mklive_source,
    one_snapshot,
    programs,
    root_packages,
    state,
    status,
)
from voidgen.lock.changes import NixPackage
from voidgen.lock.state import CONTAINER, XBPS, Outcome, Pins
from voidgen.lock.types import Lock
from voidgen.nix import evaluation, fetchers, flakes, installed, limits, requirements, store_paths
from voidgen.system.network_faults import UnreachableError
from voidgen.xbps import fetch, file_lists, keys, snapshot, store
from voidgen.xbps import programs as xbps_programs
from voidgen.xbps.resolve import Sources, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from voidgen.lock.changes import Move
    from voidgen.lock.entries import Entry
    from voidgen.lock.flake_lock import Input
    from voidgen.lock.types import FlakeInput
    from voidgen.progress import Progress
    from voidgen.project import Project
    from voidgen.xbps.snapshot import Snapshot
    from voidgen.xbps.types import Request, Xbps


REPAIR = (
    "run `nix-store --realise --repair $(nix eval --raw .#xbps-packages.drvPath)`, "
    "which fetches them again"
)


def pin(
    project: Project, moving: AbstractSet[str], progress: Progress, *, evaluate: bool = True
) -> Outcome:
    """Lock what is not locked yet, and move what ``moving`` names. Writes nothing.

    With ``evaluate``, nixpkgs moves only if the image's packages evaluate with the new one.
    Raises StepFailedError if something cannot be fetched or resolved.
    """
    before = state.read(project, anywhere=True)
    with _scratch() as work:
        run = _Pinning(project, before, moving, progress, work / "own")
        inputs = run.inputs()
        flake = state.content(run.flake / flake_lock.FILE)
        found = entries.parse(flake, project.folder / flake_lock.FILE)
        bound = run.bound(found)
        run.readable(inputs)
        packages = run.compared(inputs) if evaluate else ()
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
            run = _Pinning(one, own, moving, progress, work / f"variant-{one.name}", earlier)
            variants.append(run.variant(done.after, evaluate=evaluate))
    return evolve(done, variants=tuple(variants))


def ready(project: Project) -> Pins:
    """Return the locks; WrongInputError unless generated files and locks fit voidgen.toml."""
    found = state.read(project)
    raise_all([*state.faults(project, found), *emit.faults(project.folder, project.tree())])
    return found


def packages(project: Project, progress: Progress) -> Mapping[str, Path]:
    """Fetch the locked packages that are missing; return the store paths of all by file name.

    Raises WrongInputError if the lock does not fit the project as it is now.
    """
    return _fetched(project, _void(project, state.read(project)), progress)


def repository(project: Project, progress: Progress) -> Path:
    """Return a local repository of the locked packages; fetches those that are missing.

    Raises WrongInputError if the lock does not fit the project as it is now.
    """
    found = state.read(project)
    locked = _void(project, found)
    paths = _fetched(project, locked, progress)
    with _scratch() as work:
        flake = flake_copy.write(project, found.flake, work)
        with progress.step("looking for XBPS"):
            tools = _tools(flake, project, progress)
        return store.repository(locked, paths, tools, progress)


def _void(project: Project, found: Pins) -> Xbps:
    """Return Void's locked packages; WrongInputError if there are none, or if they do not fit."""
    if project.plan.config.mklive is None:
        raise WrongInputError(state.no_iso(project))
    raise_all(state.faults(project, found))
    if not found.lock or not found.lock.xbps:
        raise AssertionError("voidgen.lock must have Void's packages here")
    return found.lock.xbps


def _fetched(project: Project, locked: Xbps, progress: Progress) -> Mapping[str, Path]:
    mirrors = project.plan.config.xbps.mirrors
    paths = fetch.packages(locked.packages, mirrors, progress, project.caches)
    with progress.step(f"checking {len(locked.packages)} packages of Void"):
        store.keep(locked, paths)
        store_paths.check(paths.values(), REPAIR)
    return paths


@contextmanager
def _scratch() -> Iterator[Path]:
    """Yield a temporary folder; raise StepFailedError for an OSError in the context."""
    try:
        with tempfile.TemporaryDirectory(prefix="voidgen-") as work:
            yield Path(work)
    except OSError as error:
        raise refused(error, tempfile.gettempdir()) from None


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
        packages = self.compared(pins.inputs) if evaluate else ()
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
        return tuple(flake_lock.inputs(self.flake, plan))

    def readable(self, inputs: tuple[Input, ...]) -> None:
        """Raise StepFailedError if this Nix cannot read a package set."""
        pinned = {one.name for one in inputs if one.rev}
        for name, one in self.project.plan.config.nix.every_set().items():
            if one.is_folder:
                requirements.check(self.project.folder / one.nixpkgs)
            elif name in pinned and (locked := flake_lock.locked(self.flake, name)):
                with self.progress.step("checking what the package set needs"):
                    tree = fetchers.fetch_tree(locked, limits.FETCH)
                    requirements.check(tree / str(locked.get("dir", "")))

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

    def compared(self, inputs: tuple[Input, ...]) -> tuple[Move, ...]:
        """Return the packages of the image whose versions change with their package sets."""
        sets = self.project.plan.config.nix.every_set()
        new = {one.name: one.rev for one in inputs}
        moved = {
            one.name: one.url
            for one in self.before.inputs
            if one.name in sets and one.rev and new.get(one.name, one.rev) != one.rev
        }
        if not moved:
            return ()
        names = " and ".join(moved)
        with self.progress.step(f"evaluating the packages with the old {names} and the new one"):
            try:
                before = _packages(self.flake, self.project, moved)
            except UnreachableError:
                raise
            except StepFailedError:
                # The wanted packages may exist only in the new one.
                before = ()
            try:
                after = _packages(self.flake, self.project)
            except UnreachableError:
                raise
            except StepFailedError as error:
                what = (
                    f"the image's packages do not evaluate with the new {names}, so nothing changed"
                )
                remedy = f"change voidgen.toml to fit it, or update {names} anyway with --no-eval"
                raise StepFailedError(what, remedy, error.output or error.what) from None
        return tuple(changes.packages(before, after))

    def lock(self, asked: Request) -> Lock:
        """Return the lock for the packages that are ``asked`` for."""
        old = self.before.lock
        image = self._container(old.container if old else "")
        xbps = old.xbps if old else None
        others = one_snapshot.indexes(self.earlier)
        moved = XBPS in self.moving or (xbps and one_snapshot.differs(xbps, others))
        if moved or not xbps or xbps.request != asked:
            sources = self._sources(asked, xbps)
            wrong = root_packages.faults(asked, sources, self.project.folder / config.FILE)
            raise_all(self.project.located(wrong))
            xbps = resolve(asked, sources, self.work, self.progress)
        elif self._unread(xbps):
            paths = _fetched(self.project, xbps, self.progress)
            with self.progress.step("reading which services and programs the packages have"):
                xbps = file_lists.with_contents(xbps, paths, self._programs)
        return evolve(old or Lock(), container=image, xbps=xbps)

    @property
    def _programs(self) -> tuple[str, ...]:
        return tuple(one.path for one in programs.named(self.project))

    def _unread(self, xbps: Xbps) -> bool:
        """Return whether the packages' lists of files have to be read for this plan."""
        known = {one.path for one in xbps.programs or ()}
        return None in {xbps.services, xbps.enabled, xbps.programs} or not known.issuperset(
            self._programs
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

    def _sources(self, asked: Request, old: Xbps | None) -> Sources:
        plan, folder = self.project.plan, self.project.folder
        with self.progress.step("fetching mklive, and XBPS if nixpkgs has it"):
            locked = flake_lock.locked(self.flake, "mklive") or {}
            mklive = fetchers.fetch_tree(locked, limits.FETCH)
            mklive_source.check(mklive)
            tools = _tools(self.flake, self.project, self.progress)
        own = [folder / name for name in plan.config.xbps.keys]
        trusted = keys.read([*sorted((mklive / "keys").glob("*.plist")), *own])
        indexes = self._indexes(asked, old)
        askers = {one.name: one.by for one in plan.resolution.xbps}
        mirrors, caches = plan.config.xbps.mirrors, self.project.caches
        return Sources(
            mklive, tools, tuple(trusted), indexes, mirrors, caches, askers, self._programs
        )

    def _indexes(self, asked: Request, old: Xbps | None) -> Snapshot:
        places, known = (asked.arch, asked.repositories), one_snapshot.indexes(self.earlier)
        if (
            old
            and not one_snapshot.differs(old, known)
            and XBPS not in self.moving
            and places == (old.request.arch, old.request.repositories)
        ):
            return snapshot.fetch_locked(old.repositories, asked.repositories, self.progress)
        arches = (asked.arch, host_arch(asked.arch))
        found = snapshot.fetch_current(asked.repositories, arches, self.progress, known=known)
        snapshot.check_used(found, asked.repositories, arches)
        return found


def _packages(
    flake: Path, project: Project, inputs: Mapping[str, str] | None = None
) -> tuple[NixPackage, ...]:
    attribute = f"packages.{project.plan.system}.default.packages"
    return evaluation.evaluate(
        flake, attribute, tuple[NixPackage, ...], inputs=inputs, caches=project.caches
    )


def _tools(flake: Path, project: Project, progress: Progress) -> Path:
    """Return the folder of XBPS's programs: those of the locked nixpkgs, or else those on PATH.

    With those of nixpkgs, every machine resolves packages alike.
    """
    pinned, caches = "nixpkgs" in flake_lock.references(project.plan), project.caches
    system = f"packages.{installed.system()}"
    if pinned and "xbps" in evaluation.evaluate(
        flake, system, tuple[str, ...], apply="builtins.attrNames", caches=caches
    ):
        return flakes.build(flake, "xbps", progress, caches=caches) / "bin"
    return xbps_programs.on_path()
