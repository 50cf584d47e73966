"""Names of ``.xbps`` files and their parts. Pure. Standard library only."""

from __future__ import annotations


def split(pkgver: str) -> tuple[str, str]:
    """Return the name and the version with revision, like ``2.3.2_1``, of ``pkgver``.

    The name ends at the last ``-`` (xbps_pkg_name(3)).
    """
    name, _, version = pkgver.rpartition("-")
    return name, version


def file(pkgver: str, arch: str) -> str:
    """Return the file's name in its repository."""
    return f"{pkgver}.{arch}.xbps"
