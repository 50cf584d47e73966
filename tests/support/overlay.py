"""Catalogues and configurations made in memory."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from voidgen.config.image import ImageConfig
from voidgen.config.nix import Nix
from voidgen.config.services import Services
from voidgen.config.types import Config, Overlay, Xbps
from voidgen.errors import Fault, WrongInputError
from voidgen.overlay.asker import Asker
from voidgen.overlay.resolution import Resolution
from voidgen.overlay.resolve import resolve
from voidgen.overlay.types import Catalogue, Module, ModuleFile, Source
from voidgen.schema.structure import structure

FILE = Path("voidgen.toml")


def by(*askers: str) -> tuple[Asker, ...]:
    """Who asks, as messages say it."""
    kinds = (one.rpartition("module ") for one in askers)
    return tuple(Asker("module" if kind else "file", name) for _, kind, name in kinds)


def module(name: str, *files: str, **spec: Any) -> Module:
    """A module with ``files``; what ends in .j2 is a template."""
    folder = Path("overlay-src", name)
    found = structure({"summary": "A test", **spec}, ModuleFile, folder / "module.toml")
    sources = tuple(
        Source(path.removesuffix(".j2"), folder / f"files{path}", path.endswith(".j2"))
        for path in sorted(files)
    )
    return Module(name, folder, found, sources)


def catalogue(*modules: Module) -> Catalogue:
    return {one.name: one for one in sorted(modules, key=lambda one: one.name)}


def config(  # noqa: PLR0913, PLR0917 - the tables of voidgen.toml
    modules: Iterable[str] = (),
    options: Mapping[str, Mapping[str, Any]] | None = None,
    nix: Iterable[str] = (),
    xbps: Iterable[str] = (),
    without: Iterable[str] = (),
    enable: Iterable[str] = (),
    disable: Iterable[str] = (),
) -> Config:
    return Config(
        ImageConfig("test"),
        nix=Nix(packages=tuple(nix)),
        xbps=Xbps(packages=tuple(xbps)),
        overlay=Overlay(tuple(modules), tuple(without), options or {}),
        services=Services(tuple(enable), tuple(disable)),
    )


def resolved(*modules: Module, asked: Iterable[str] | None = None, **more: Any) -> Resolution:
    """All of ``modules``, or those ``asked`` for, resolved."""
    names = [one.name for one in modules] if asked is None else asked
    return resolve(config(names, **more), catalogue(*modules), FILE)


def faults(*modules: Module, asked: Iterable[str] | None = None, **more: Any) -> list[Fault]:
    with pytest.raises(WrongInputError) as caught:
        resolved(*modules, asked=asked, **more)
    return list(caught.value.faults)
