"""What voidgen.lock says of an ISO's parts, from its JSON. Pure. Standard library only."""

from __future__ import annotations

from typing import Any, NamedTuple

from voidgen.system import sri, untrusted
from voidgen.system.untrusted import GarbledError, OtherVersionError, of_type, texts
from voidgen.xbps import names

VERSION = 1


class VoidPackage(NamedTuple):
    """An ``.xbps`` file: see `xbps.types.Package`."""

    pkgver: str
    arch: str
    repository: str
    hash: str
    size: int
    transactions: list[str]

    @property
    def name(self) -> str:
        """Its name, without the version."""
        return names.split(self.pkgver)[0]

    @property
    def version(self) -> str:
        """Version and revision, like ``2.3.2_1``."""
        return names.split(self.pkgver)[1]

    @property
    def file(self) -> str:
        """The file's name in its repository."""
        return names.file(self.pkgver, self.arch)


class LockedParts(NamedTuple):
    """The container, as `[container] image` names it, and Void's packages."""

    container: str
    packages: list[VoidPackage]


def read(data: bytes) -> LockedParts:
    """Return the parts that voidgen.lock names; GarbledError if it isn't one of this version.

    Does not compare the checksum: the flake leaves out members that are not inputs of an ISO.
    """
    try:
        lock: Any = untrusted.parse_json(data)
        if lock["version"] != VERSION:
            raise OtherVersionError(lock["version"])
        listed = lock["xbps"]["packages"] if lock["xbps"] else []
        return LockedParts(of_type(lock["container"], str), [_package(one) for one in listed])
    except untrusted.DAMAGED:
        raise GarbledError("is not a lock file of voidgen") from None


def _package(one: Any) -> VoidPackage:
    pkgver, arch, repository, hash_ = (
        of_type(one[key], str) for key in ("pkgver", "arch", "repository", "hash")
    )
    sri.hex_of(hash_)
    size = of_type(one["size"], int)
    return VoidPackage(pkgver, arch, repository, hash_, size, texts(one["transactions"]))
