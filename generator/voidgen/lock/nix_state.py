"""The state directory of Void's locked package nix, compared with voidgen.toml. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.errors import Fault
from voidgen.xbps import version as xbps_version

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.lock.types import Lock

PACKAGE = "nix"
MOVED = "2.30.2_1"
"""The first version built with ``--localstatedir=/var`` (common/build-style/meson.sh)."""
NEW, OLD = "/var/nix", "/nix/var/nix"


def directory(version: str) -> str:
    """Return the state directory of Void's nix of ``version`` (``2.30.5_2``)."""
    return OLD if xbps_version.compare(version, MOVED) < 0 else NEW


def fault(lock: Lock | None, state_dir: str, file: Path) -> Fault | None:
    """Return what is wrong with ``state_dir`` of ``file``, voidgen.toml; None if it is right.

    Also return None if no nix is locked.
    """
    for package in lock.xbps.packages if lock and lock.xbps else ():
        name, version = xbps_version.split(package.pkgver)
        if name == PACKAGE and directory(version) != state_dir:
            right = directory(version)
            what = f"is {state_dir!r}, but the locked {package.pkgver} keeps its state in {right!r}"
            remedy = (
                f'write state-dir = "{right}", or the live Nix does not know the image\'s paths'
            )
            return Fault(what, file, ("nix", "state-dir"), remedy=remedy)
    return None
