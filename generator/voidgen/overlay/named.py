"""Checking that the image has the paths that options name, such as a theme's folder."""

from __future__ import annotations

from posixpath import dirname
from typing import TYPE_CHECKING

from voidgen.errors import Fault
from voidgen.overlay.asker import USER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from voidgen.overlay.resolution import Resolution
    from voidgen.overlay.types import Catalogue, Module


def unprovided(resolution: Resolution, catalogue: Catalogue, file: Path) -> Iterator[Fault]:
    """Yield a fault for each option's path that the image does not have, as far as voidgen knows.

    An empty value names nothing. XBPS's index and Nix's do not list files: a module names the
    paths of an xbps package in ``[provides]``, and makes links to those of a Nix package.
    """
    owned = {entry.path for entry in resolution.entries}
    links = {entry.path for entry in resolution.entries if entry.target is not None}
    provided = resolution.provided
    for chosen in resolution.modules:
        module = chosen.module
        for name, option in module.spec.options.items():
            value = chosen.options.get(name)
            if option.names is None or not value:
                continue
            path = option.names.replace("@", str(value))
            if path in provided or _has(path, owned, links):
                continue
            what = f"{name} is {value!r}, but as far as voidgen knows, the image has no {path}"
            remedy, place = _remedy(path, catalogue), chosen.place(name)
            if place.file != file:
                remedy += f"; or set [overlay.options.{module.name}] {name} in {file.name}"
            given = chosen.given.get(name)
            if given and given.by != USER:
                what = f"module {given.by.name!r}: {what}"
            yield Fault(what, place.file, place.key, remedy=remedy)


def _has(path: str, paths: Collection[str], links: Collection[str]) -> bool:
    """Return whether ``paths`` has ``path`` or something below it, or ``links`` a link above it."""
    if any(other == path or other.startswith(f"{path}/") for other in paths):
        return True
    while (path := dirname(path)) not in {"/", ""}:
        if path in links:
            return True
    return False


def _remedy(path: str, catalogue: Catalogue) -> str:
    offers = [name for name, module in catalogue.items() if _offers(module, path)]
    if offers:
        return f"add to overlay.modules: {' or '.join(offers)}"
    return (
        "choose another value; or add the path to a module: in files/, as a link to @profile@/…, "
        "or in [provides] with its xbps package"
    )


def _offers(module: Module, path: str) -> bool:
    spec = module.spec
    files = {source.path for source in module.sources}
    return _has(path, {*files, *spec.links, *spec.provides}, spec.links)
