"""Void's repositories: which URL has the packages of which architecture.

void-packages has them in etc/xbps.d/repos-remote*.conf, and its srcpkgs/xbps/template sets them on
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
"""The prefix of one of Void's repositories; a folder of it may follow, such as ``nonfree``."""
BASE = "https://repo-default.voidlinux.org/current"

_AT_MIRROR = re.compile(r"(.*/current)(?:/(?:musl|aarch64))?/?")


@frozen
class Void:
    """Void's repositories for an image."""

    arch: str
    base: str = BASE
    """Their URL: Void's own, or that of the image's mirror."""

    @classmethod
    def of(cls, config: Config) -> Void:
        """Return Void's repositories at the last mirror that ``config`` names, or else at Void."""
        for repository in reversed(config.xbps.repositories):
            if mirror := _AT_MIRROR.fullmatch(repository):
                return cls(config.image.arch, mirror[1])
        return cls(config.image.arch)

    def urls(self, repositories: Iterable[str]) -> tuple[str, ...]:
        """Return the URLs of ``repositories``, in the order in which XBPS asks them.

        ``void:`` for musl includes glibc's repository: mklive's own tools come from there.
        """
        return tuple(url for repository in repositories for url in self._urls(repository))

    def _urls(self, repository: str) -> tuple[str, ...]:
        if not repository.startswith(SCHEME):
            return (repository,)
        folder = repository.removeprefix(SCHEME)
        if not folder and _suffix(self.arch) == "/musl":
            return (f"{self.base}/musl", self.base)
        return (f"{self.base}{_suffix(self.arch)}/{folder}".rstrip("/"),)


def url_for_arch(repository: str, arch: str) -> str | None:
    """Return the URL for ``arch`` at the same mirror; None if it isn't a mirror of Void."""
    if mirror := _AT_MIRROR.fullmatch(repository):
        return f"{mirror[1]}{_suffix(arch)}"
    return None


def _suffix(arch: str) -> str:
    if arch.startswith("aarch64"):
        return "/aarch64"
    return "/musl" if arch.endswith("-musl") else ""
