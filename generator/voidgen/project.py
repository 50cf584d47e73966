"""An image project on disk: from its files to the plan and to the tree that it emits."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve, frozen

from voidgen import config, lint
from voidgen.config import variants
from voidgen.data import bundled_files
from voidgen.emit.listing import hash_of
from voidgen.errors import (
    Fault,
    WrongInputError,
    did_you_mean_or_known,
    raise_all,
    unreadable,
)
from voidgen.lint import hook, kernels, nix_environment, privileged, removed_files
from voidgen.nix.caches import Caches
from voidgen.overlay import catalogue, run_bits, sources
from voidgen.overlay.resolve import resolve
from voidgen.plan import named_files, overlay_nodes, render
from voidgen.plan.plan import Plan, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from voidgen.config.types import Config
    from voidgen.config.variants import Variant
    from voidgen.lint.finding import NeededService
    from voidgen.overlay.types import Catalogue
    from voidgen.tree import Node, Tree

T = TypeVar("T")


@frozen
class Project:
    """One image of a project: its plan, the overlay as it goes into it, what may be wrong with it.

    A variant's image has ``variant``, and its ``base`` is the project's own image, which has all
    ``variants``.
    """

    folder: Path
    plan: Plan
    overlay: Mapping[str, Node]
    warnings: tuple[Fault, ...] = ()
    services: tuple[tuple[NeededService, Fault], ...] = ()
    """Warnings that hold only if no package has the service: `lock.services` knows."""
    variant: Variant | None = None
    variants: tuple[Project, ...] = ()
    base: Project | None = None

    @property
    def caches(self) -> Caches:
        """Return the Nix stores that voidgen.toml names; only for commands that build or lock."""
        named = self.plan.config.cache
        return Caches(named.stores, named.keys, is_offline(self.plan.config))

    @property
    def name(self) -> str:
        """Return the variant's name, or ""."""
        return self.variant.name if self.variant else ""

    @property
    def result(self) -> Path:
        """Return the link to what Nix built: ./result, or ./result-VARIANT."""
        return config.result(self.folder, self.name)

    def output(self, name: str) -> str:
        """Return the flake's output that is ``name`` of this image."""
        return variants.output(self.name, name)

    def images(self) -> tuple[Project, ...]:
        """Return the project's own image, and those of its variants by name."""
        base = self.base or self
        return (base, *(evolve(one, base=base) for one in base.variants))

    def of(self, name: str | None) -> Project:
        """Return the image of the variant ``name``, or the project's own without a name.

        Raises WrongInputError if there is no such variant.
        """
        found = {one.name: one for one in self.images()}
        if (name or "") in found:
            return found[name or ""]
        known = [one for one in found if one]
        remedy = did_you_mean_or_known(name or "", known, "variants")
        what = f"the project has no variant {name!r}"
        raise WrongInputError(Fault(what, self.folder / config.FILE, remedy=remedy))

    def located(self, faults: Iterable[Fault]) -> tuple[Fault, ...]:
        """Return ``faults`` of the image's settings, at their places in voidgen.toml."""
        file = self.folder / config.FILE
        return tuple(self.variant.located(one, file) if self.variant else one for one in faults)

    def tree(self) -> Tree:
        """Return all that `generate` emits, for all images."""
        base, *others = self.images()
        named = [one.name for one in others]
        return render.with_variants(
            base.tree_of_image(named), {one.name: one.tree_of_image() for one in others}
        )

    def tree_of_image(self, named: Sequence[str] = ()) -> Tree:
        """Return what `generate` emits if the project has no other image.

        Its flake has the variants that are ``named``.
        """
        constant = bundled_files.constant()
        if self.plan.config.mklive:
            constant |= bundled_files.in_sandbox()
        return render.project(self.plan, self.overlay, constant, bundled_files.flake(), named)

    def sources(self) -> Mapping[str, str]:
        """Return the hashes of the project's files that `generate` emits from."""
        found: dict[str, str] = {}
        for one in self.images():
            modules = (chosen.module for chosen in one.plan.resolution.modules)
            named = one.plan.named_files.items()
            found |= sources.hashes(self.folder, modules)
            found |= {Path(name).as_posix(): hash_of(data) for name, data in named}
        return found


def is_offline(settings: Config) -> bool:
    """Return whether all that the image needs is in the project's folder.

    That is so with package sets of its own, without mklive. A store in [cache] is there to be
    asked.
    """
    has_own_sets = all(one.is_folder for one in settings.nix.every_set().values())
    return has_own_sets and settings.mklive is None and not settings.cache.stores


def find(start: Path) -> Path:
    """Return the nearest folder from ``start`` upwards that has a voidgen.toml."""
    start = Path(os.path.abspath(start))
    if not start.is_dir():
        raise WrongInputError(Fault("no such folder", start, remedy="name a folder that exists"))
    for folder in (start, *start.parents):
        if os.path.lexists(folder / config.FILE):
            return folder
    what = f"no {config.FILE} here or in a folder above"
    raise WrongInputError(Fault(what, start, remedy="make a project with `voidgen init`"))


def load(folder: Path, text: str | None = None) -> Project:
    """Read and resolve the project in ``folder``; WrongInputError with every fault found.

    ``text`` is the text of a voidgen.toml that is not written yet.
    """
    faults: list[Fault] = []
    settings = _attempt(lambda: config.load_all(folder, text), faults)
    if settings:
        own, _ = settings
        _attempt(lambda: named_files.refuse_missing(own, folder), faults)
    modules = _attempt(lambda: modules_of(folder), faults)
    if settings is None or modules is None or faults:
        raise WrongInputError(*faults)
    base = _image(folder, settings[0], modules)
    images = []
    for variant in settings[1]:
        try:
            named_files.refuse_missing(variant.settings, folder)
            found = _image(folder, variant.settings, modules)
        except WrongInputError as error:
            faults += (variant.located(one, folder / config.FILE) for one in error.faults)
            continue
        images.append(evolve(found, variant=variant))
    raise_all(faults)
    return evolve(base, variants=tuple(images))


def located(found: Iterable[tuple[Project, Iterable[Fault]]]) -> tuple[Fault, ...]:
    """Return the faults of a project's images at their places in voidgen.toml, each once.

    The project's own image is the first. What is wrong with it is not repeated for its variants.
    """
    shared: set[Fault] = set()
    faults: list[Fault] = []
    for image, own in found:
        for one in own:
            (there,) = image.located([one])
            if image.variant is None:
                shared.add(one)
            elif not shared.isdisjoint({one, evolve(there, what=one.what)}):
                continue
            faults.append(there)
    return tuple(dict.fromkeys(faults))


def _image(folder: Path, settings: Config, modules: Catalogue) -> Project:
    """Return the image of ``settings``; WrongInputError with every fault found."""
    resolution = resolve(settings, modules, folder / config.FILE)
    image = plan(settings, resolution, named_files.read(settings, folder))
    nodes = overlay_nodes.of_plan(image, _contents(image))
    found = lint.check(image, nodes)
    file = folder / config.FILE
    contradictions = (*kernels.faults(image, file), *removed_files.faults(image, nodes, file))
    raise_all([*found.faults, *contradictions])
    return Project(
        folder, image, nodes, (*found.warnings, *_warnings(image, folder)), found.services
    )


def _warnings(image: Plan, folder: Path) -> Iterator[Fault]:
    """Yield what may be wrong with the image, besides its overlay."""
    file = folder / config.FILE
    yield from kernels.warnings(image, file)
    yield from privileged.warnings(image, file)
    yield from nix_environment.warnings(image, file)
    yield from _of_hooks(image, folder)


def _of_hooks(image: Plan, folder: Path) -> Iterator[Fault]:
    hooks = image.config.hooks
    if hooks and hooks.post_install:
        name = hooks.post_install
        yield from hook.warnings(folder / name, image.named_files[name])


def modules_of(folder: Path) -> Catalogue:
    """Return the built-in modules and the project's own."""
    return run_bits.of_git(catalogue.load(_roots(folder)), folder)


def _roots(folder: Path) -> list[Path]:
    own = folder / catalogue.FOLDER
    builtin = bundled_files.catalogue()
    # voidgen's own repository is a project whose modules are the built-in ones.
    return [builtin] if own.exists() and own.samefile(builtin) else [builtin, own]


def _attempt(load: Callable[[], T], faults: list[Fault]) -> T | None:
    """Return what ``load`` returns, or add its faults to ``faults``."""
    try:
        return load()
    except WrongInputError as error:
        faults += error.faults
        return None


def _contents(image: Plan) -> dict[Path, bytes]:
    contents: dict[Path, bytes] = {}
    faults = []
    for entry in image.resolution.entries:
        if entry.source is None:
            continue
        try:
            contents[entry.source.file] = entry.source.file.read_bytes()
        except OSError as error:
            faults.append(unreadable(error, entry.source.file))
    raise_all(faults)
    return contents
