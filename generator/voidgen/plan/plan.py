"""Plan: all that the image will be, before anything is rendered."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.config.rules import ATTRIBUTE
from voidgen.config.types import Xbps
from voidgen.overlay.asker import Asker  # noqa: TC001 - cattrs reads it

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from voidgen.config.image import ImageConfig
    from voidgen.config.types import Config
    from voidgen.overlay.resolution import Asked, Resolution

SYSTEMS: Mapping[str, str] = MappingProxyType(
    {
        "x86_64": "x86_64-linux",
        "x86_64-musl": "x86_64-linux",
        "i686": "i686-linux",
        "aarch64": "aarch64-linux",
        "aarch64-musl": "aarch64-linux",
    }
)
"""Nix's name of the system by XBPS's name of the architecture; Nix brings its own libc."""


@frozen
class Package:
    """A Nix package: ``path`` into its package set, and the outputs picked (none: its default).

    ``set`` is the name of its set in [nix.sets]; None for nixpkgs.
    """

    name: str
    path: tuple[str, ...]
    outputs: tuple[str, ...]
    by: tuple[Asker, ...]
    set: str | None = None


@frozen
class Root:
    """What the root tree is made of besides packages; None for mklive's default."""

    kernel: str | None = None
    base: str | None = None
    ignore: tuple[str, ...] | None = None
    platforms: tuple[str, ...] | None = None


@frozen
class Plan:
    """The image: what the user wrote, and what follows from it."""

    config: Config
    resolution: Resolution
    system: str
    packages: tuple[Package, ...]
    cmdline: tuple[str, ...]
    """Kernel parameters, with the live user that mklive's initramfs makes, and its shell."""
    named_files: Mapping[str, bytes] = MappingProxyType({})
    """The contents of the files that [boot] and [hooks] name, by their paths in the project."""

    @property
    def root(self) -> Root:
        """What the root tree is made of."""
        xbps, usual = self.config.xbps, Xbps()
        return Root(
            None if xbps.kernel == usual.kernel else xbps.kernel,
            None if xbps.base == usual.base else xbps.base,
            xbps.ignore or None,
            self.config.image.platforms or None,
        )


def plan(
    config: Config, resolution: Resolution, named_files: Mapping[str, bytes] = MappingProxyType({})
) -> Plan:
    """Return the plan of the image. Pure."""
    return Plan(
        config,
        resolution,
        SYSTEMS[config.image.arch],
        tuple(_package(asked, config.nix.sets) for asked in resolution.nix),
        (*_of_live_user(config.image), *config.image.cmdline),
        named_files,
    )


def _of_live_user(image: ImageConfig) -> Iterator[str]:
    """Yield the parameters for mklive's boot hook (void-mklive, dracut/vmklive/adduser.sh)."""
    yield f"live.user={image.user}"
    if image.user_shell:
        yield f"live.shell={image.user_shell}"


def _package(asked: Asked, sets: Collection[str]) -> Package:
    path, _, outputs = asked.name.partition("^")
    parts = tuple(part.strip('"') for part in re.findall(ATTRIBUTE, path))
    picked = tuple(filter(None, outputs.split(",")))
    if parts and parts[0] in sets:
        return Package(asked.name, parts[1:], picked, asked.by, parts[0])
    return Package(asked.name, parts, picked, asked.by)
