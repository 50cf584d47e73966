"""The services that voidgen.toml and the modules enable, and those that voidgen.toml disables."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from voidgen.errors import Fault, did_you_mean
from voidgen.overlay.asker import USER, Asker
from voidgen.overlay.asker import module as module_asker
from voidgen.overlay.paths import RUNSVDIR, Entry
from voidgen.overlay.resolution import Enabled
from voidgen.overlay.services import AT_BOOT, BY_MKLIVE, provider

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from voidgen.config.services import Services
    from voidgen.overlay.types import Module


def link(name: str) -> str:
    """Return the path of the link by which runsvdir finds the service ``name``."""
    return f"{RUNSVDIR}/{name}"


def links(config: Services, order: Iterable[Module], file: Path) -> Iterator[Entry]:
    """Yield the links of all services that are enabled, each once; ``file`` is voidgen.toml."""
    seen: set[str] = set()
    for module in order:
        for index, name in enumerate(module.spec.services):
            if name not in seen:
                yield _entry(name, module.name, module.file, ("services", index))
                seen.add(name)
    for index, name in enumerate(config.enable):
        if name not in seen:
            yield _entry(name, "", file, ("services", "enable", index))


def _entry(name: str, module: str, file: Path, key: tuple[str | int, ...]) -> Entry:
    return Entry(link(name), module, file, key, target=f"/etc/sv/{name}")


def without(disabled: Iterable[str], entries: Iterable[Entry]) -> list[Entry]:
    """Return ``entries`` without the links of the ``disabled`` services."""
    gone = {link(name) for name in disabled}
    return [entry for entry in entries if entry.path not in gone]


def services(
    config: Services, order: Collection[Module], xbps: set[str], owned: Mapping[str, Entry]
) -> tuple[Enabled, ...]:
    """Return the services that are enabled and not disabled, sorted by name."""
    by: defaultdict[str, list[Asker]] = defaultdict(list)
    for name in config.enable:
        by[name].append(USER)
    for module in order:
        for name in module.spec.services:
            by[name].append(module_asker(module.name))
    return tuple(
        Enabled(name, tuple(by[name]), provider(name, order, xbps, owned))
        for name in sorted({*by} - {*config.disable})
    )


def idle(
    config: Services, order: Collection[Module], file: Path, by_packages: Collection[str] = ()
) -> Iterator[Fault]:
    """Yield a warning for each service in ``disable`` that nothing enables.

    ``by_packages`` are those that packages enable by themselves.
    """
    linked = {
        entry.path.removeprefix(link(""))
        for entry in (*links(config, order, file), *_own_links(order))
    }
    known = {*linked, *BY_MKLIVE, *AT_BOOT, *by_packages}
    for index, name in enumerate(config.disable):
        if name not in known:
            what = f"as far as voidgen knows, nothing enables the service {name!r}"
            remedy = did_you_mean(name, known) or "remove it from services.disable"
            yield Fault(what, file, ("services", "disable", index), remedy=remedy)


def _own_links(order: Iterable[Module]) -> Iterator[Entry]:
    """Yield the modules' own links in the runlevel, from files/ and [links]."""
    for module in order:
        for path in (*(source.path for source in module.sources), *module.spec.links):
            if path.startswith(link("")):
                yield Entry(path, module.name, module.file)
