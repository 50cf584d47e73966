"""Void's packages as voidgen.lock holds them (docs/reference/voidgen.lock.md)."""

from typing import Annotated

from attrs import frozen

from voidgen.config import rules
from voidgen.schema.rule import MisfitError, Rule, show
from voidgen.system import sri
from voidgen.xbps import names

SRI = Rule("a SHA-256 in SRI form: sha256-… (44 characters of base64)", sri.PATTERN)
PKGVER = Rule(
    "an xbps package with its version, like acl-2.3.2_1",
    r"[A-Za-z0-9][A-Za-z0-9._+-]*-[A-Za-z0-9._+~:^=@]+_[0-9]+",
)
ARCH = Rule("an architecture in XBPS's names, or noarch", r"[a-z0-9_]+(?:-musl)?")
TRANSACTION = Rule("the name of a root that mklive fills", r"[a-z][a-z0-9-]*")
FINGERPRINT = Rule("a key's fingerprint, as XBPS shows it", rules.FINGERPRINT)
IMAGE_ROOT = "rootfs"
"""mklive's name for the image's root tree, among those of `Package.transactions`."""
Hash = Annotated[str, SRI]
Arch = Annotated[str, ARCH]
Transaction = Annotated[str, TRANSACTION]
Fingerprint = Annotated[str, FINGERPRINT]


@frozen(order=True)
class Package:
    """An ``.xbps`` file: its repository, hash, size in bytes, and mklive's roots that get it."""

    pkgver: Annotated[str, PKGVER]
    arch: Arch
    repository: rules.Repository
    hash: Hash
    size: int
    transactions: tuple[Transaction, ...]

    def __attrs_post_init__(self) -> None:
        if self.size < 0:
            raise MisfitError(f"expected a size in bytes, got {show(self.size)}", ("size",))

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

    @property
    def url(self) -> str:
        """The file's URL, or its path if the repository is a folder."""
        return f"{self.repository.rstrip('/')}/{self.file}"


@frozen(order=True)
class Repository:
    """A repository's index for one architecture, and the key that signs its packages.

    ``key`` is None if XBPS needs no signature: in a folder of the machine.
    """

    url: rules.Repository
    arch: Arch
    hash: Hash
    key: Fingerprint | None


@frozen(order=True)
class Key:
    """A public key that signs packages; ``hash`` is that of its PEM text."""

    fingerprint: Fingerprint
    hash: Hash


@frozen(order=True)
class Service:
    """A service, ``/etc/sv/NAME``, and a package of the image that has it."""

    name: rules.Service
    package: rules.XbpsPackage


@frozen(order=True)
class Program:
    """A path of a program that the plan runs, and a package of the image that has it, if any."""

    path: rules.ImagePath
    package: rules.XbpsPackage | None


@frozen
class Request:
    """What the packages were locked for; if that has changed, they have to be locked again.

    ``mklive`` is the narHash of its source, which has lists of packages. ``kernel``, ``base``,
    ``ignore`` and ``platforms`` are None if voidgen.toml has their defaults.
    """

    arch: Arch
    mklive: Hash
    packages: tuple[rules.XbpsPackage, ...]
    repositories: tuple[rules.Repository, ...]
    kernel: rules.Kernel | None = None
    base: rules.XbpsPackage | None = None
    ignore: tuple[rules.XbpsPackage, ...] | None = None
    platforms: tuple[rules.Platform, ...] | None = None


@frozen
class Xbps:
    """Every package of every transaction that mklive makes; all but ``request`` sorted.

    The other fields are what the lists of files of the image's packages say; None if another
    version of voidgen locked them, which did not read these lists. ``services`` are the packages'
    services, and ``enabled`` those of them that a package enables by itself.
    """

    request: Request
    keys: tuple[Key, ...] = ()
    repositories: tuple[Repository, ...] = ()
    packages: tuple[Package, ...] = ()
    services: tuple[Service, ...] | None = None
    enabled: tuple[Service, ...] | None = None
    programs: tuple[Program, ...] | None = None
