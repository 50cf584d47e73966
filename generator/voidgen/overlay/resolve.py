"""Resolving what the image has: its modules in order, and all that they bring."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from attrs import evolve

from voidgen.config.void_repositories import Void
from voidgen.errors import Fault, did_you_mean, did_you_mean_or_known, raise_all
from voidgen.overlay import architecture, enabled, identity, live, live_groups, named, paths, users
from voidgen.overlay.asker import USER, Asker, in_words
from voidgen.overlay.asker import module as module_asker
from voidgen.overlay.options import settle
from voidgen.overlay.order import in_order
from voidgen.overlay.resolution import Asked, Chosen, Resolution
from voidgen.tree import MKLIVE_FILE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from voidgen.config.types import Config
    from voidgen.overlay.types import Catalogue


def resolve(config: Config, catalogue: Catalogue, file: Path) -> Resolution:
    """Return all that the image has. Pure; ``file`` is voidgen.toml, for messages.

    Raises WrongInputError with every fault.
    """
    clashes = [*live.clashes(config, file), *live_groups.clashes(config, file)]
    config = live.with_modules(config)
    by, faults = needed(config, catalogue, file)
    faults += clashes
    faults += _conflicts(by, catalogue)
    raise_all(faults)
    order = in_order(by, catalogue)
    raise_all(architecture.unfit(order, by, config))
    settled = settle(config.overlay.options, order, catalogue, file)
    faults = [*settled.faults]
    nix = _asked(config.nix.packages, ((m.name, m.spec.packages.nix) for m in order))
    xbps = _asked(config.xbps.packages, ((m.name, m.spec.packages.xbps) for m in order))
    void = Void.of(config)
    repositories = _asked(
        void.urls(config.xbps.repositories),
        ((m.name, void.urls(m.spec.packages.repositories)) for m in order),
    )
    found = [entry for module in order for entry in paths.entries(module)]
    links = enabled.links(config.services, order, file)
    own = identity.entries(config.image, {entry.path for entry in found}, file)
    entries = enabled.without(config.services.disable, [*found, *links, *own])
    owned, wrong = paths.claims(entries, config.image.arch)
    faults += wrong
    for module in order:
        faults += paths.unmatched(module)
    faults += _without_mklive(config, owned.values())
    resolution = Resolution(
        tuple(
            Chosen(module, by[name := module.name], settled.values[name], settled.given[name])
            for module in order
        ),
        tuple(nix),
        tuple(sorted(xbps, key=lambda asked: asked.name)),
        tuple(repositories),
        enabled.services(config.services, order, {asked.name for asked in xbps}, owned),
        tuple(owned.values()),
        users.declared(order),
        tuple(sorted(config.services.disable)),
    )
    faults += users.faults(order, config, {asked.name for asked in xbps})
    faults += named.unprovided(resolution, catalogue, file)
    raise_all(faults)
    return resolution


def needed(
    config: Config, catalogue: Catalogue, file: Path
) -> tuple[dict[str, tuple[Asker, ...]], list[Fault]]:
    """Return the names of all modules of the image, with who asks for each, and what is wrong."""
    by: defaultdict[str, list[Asker]] = defaultdict(list)
    faults: list[Fault] = []
    waiting: list[str] = []

    def ask(name: str, asker: Asker, fault: Fault) -> None:
        if name not in catalogue:
            near = did_you_mean_or_known(name, catalogue, "modules")
            faults.append(evolve(fault, remedy=near))
            return
        if name not in by:
            waiting.append(name)
        by[name].append(asker)

    for index, name in enumerate(config.overlay.modules):
        what = f"no module has the name {name!r}"
        ask(name, USER, Fault(what, file, ("overlay", "modules", index)))
    recommended: set[str] = set()
    while waiting:
        asker = catalogue[waiting.pop()]
        for kind, names in (
            ("requires", asker.spec.requires),
            ("recommends", asker.spec.recommends),
        ):
            for index, name in enumerate(names):
                what = f"module {asker.name!r} {kind} {name!r}, and no module has that name"
                if kind == "requires" or name not in config.overlay.without:
                    ask(name, module_asker(asker.name), Fault(what, asker.file, (kind, index)))
                else:
                    recommended.add(name)
    faults += _wrongly_without(config, catalogue, file, by, recommended)
    return {name: tuple(sorted(askers)) for name, askers in sorted(by.items())}, faults


def _wrongly_without(
    config: Config,
    catalogue: Catalogue,
    file: Path,
    by: Mapping[str, Iterable[Asker]],
    recommended: Collection[str],
) -> Iterator[Fault]:
    """Yield a fault for each name in ``[overlay] without`` that is required or not needed."""
    for index, name in enumerate(config.overlay.without):
        key = ("overlay", "without", index)
        if name not in catalogue:
            remedy = did_you_mean(name, catalogue) or "remove it"
            yield Fault(f"no module has the name {name!r}", file, key, remedy=remedy)
        elif USER in by.get(name, ()):
            what = f"module {name!r} is also in overlay.modules"
            yield Fault(what, file, key, remedy="remove it from one of the two lists")
        elif name in by:
            askers = in_words(tuple(sorted(by[name])), ", ")
            what = f"module {name!r} cannot be left out: it is required by {askers}"
            yield Fault(what, file, key, remedy="leave out what requires it, or keep both")
        elif name not in recommended:
            what = f"module {name!r} is not part of the image anyway"
            yield Fault(what, file, key, remedy="remove it from overlay.without")


def _conflicts(by: Mapping[str, tuple[Asker, ...]], catalogue: Catalogue) -> Iterator[Fault]:
    for name in by:
        module = catalogue[name]
        for index, other in enumerate(module.spec.conflicts):
            if other in by:
                yield Fault(
                    f"module {name!r} conflicts with module {other!r}, and the image has both",
                    module.file,
                    ("conflicts", index),
                    remedy=f"leave one out: {name!r} is asked for by {in_words(by[name], ', ')}; "
                    f"{other!r} by {in_words(by[other], ', ')}",
                )


def _asked(wanted: Iterable[str], brought: Iterable[tuple[str, tuple[str, ...]]]) -> list[Asked]:
    """Return packages or repositories with all who ask for them, in the order of asking."""
    by: defaultdict[str, list[Asker]] = defaultdict(list)
    for name in wanted:
        by[name].append(USER)
    for module, names in brought:
        for name in names:
            by[name].append(module_asker(module))
    return [Asked(name, tuple(askers)) for name, askers in by.items()]


def _without_mklive(config: Config, owned: Iterable[paths.Entry]) -> Iterator[Fault]:
    for entry in owned:
        is_mklives = entry.made is not None and entry.made.recipe.kind == MKLIVE_FILE
        if is_mklives and not config.mklive:
            yield Fault(
                f"module {entry.module!r} takes {entry.path} from mklive's source, "
                "but voidgen.toml has no [mklive]",
                entry.file,
                entry.key,
                remedy="add [mklive] to voidgen.toml",
            )
