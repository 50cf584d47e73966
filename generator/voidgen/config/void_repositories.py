"""Void's own repositories: which URL has the packages of which architecture.

As void-packages has them in etc/xbps.d/repos-remote*.conf, and srcpkgs/xbps/template sets them on
an installed system.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voidgen.config.types import Config

SCHEME = "void:"
"""Begins a repository that stands for Void's own; a folder of it follows, such as ``nonfree``."""
BASE = "https://repo-default.voidlinux.org/current"

_AT_MIRROR = re.compile(r"(.*/current)(?:/(?:musl|aarch64))?/?")


@frozen
class Void:
    """Void's repositories for an image."""

    arch: str
    base: str = BASE
    """Where they are: at Void, or at the image's mirror of it."""

    @classmethod
    def of(cls, config: Config) -> Void:
        """Return what `void:` stands for: at the mirror that ``config`` names last, if it does."""
        for where in reversed(config.xbps.repositories):
            if mirror := _AT_MIRROR.fullmatch(where):
                return cls(config.image.arch, mirror[1])
        return cls(config.image.arch)

    def urls(self, repositories: Iterable[str]) -> tuple[str, ...]:
        """Return the URLs of ``repositories``, the first to ask first.

        ``void:`` for musl has glibc's repository too: mklive's own tools come from there.
        """
        return tuple(url for where in repositories for url in self._urls(where))

    def _urls(self, repository: str) -> tuple[str, ...]:
        if not repository.startswith(SCHEME):
            return (repository,)
        folder = repository.removeprefix(SCHEME)
        if not folder and _suffix(self.arch) == "/musl":
            return (f"{self.base}/musl", self.base)
        return (f"{self.base}{_suffix(self.arch)}/{folder}".rstrip("/"),)


def fitting(repository: str, arch: str) -> str | None:
    """Return the URL beside ``repository`` that has ``arch``; None if it is no mirror of Void."""
    if mirror := _AT_MIRROR.fullmatch(repository):
        return f"{mirror[1]}{_suffix(arch)}"
    return None


def _suffix(arch: str) -> str:
    if arch.startswith("aarch64"):
        return "/aarch64"
    return "/musl" if arch.endswith("-musl") else ""
