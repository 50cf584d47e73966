"""Locks made in memory."""

from collections.abc import Iterable

from voidgen.lock.types import FlakeInput, Lock
from voidgen.system import sri
from voidgen.xbps.types import Key, Package, Repository, Request, Xbps

URL = "https://repo.example.org/current"
PRINT = "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"
IMAGE = f"localhost:5000/void@sha256:{'0a' * 32}"


def digest(text: str) -> str:
    """A hash that is another for each text."""
    return sri.of_bytes(text.encode())


def flake_input(name: str, rev: str = "0f" * 20, modified: int = 7) -> FlakeInput:
    return FlakeInput(name, rev, digest(name), modified, digest(f"{name}'s entry"))


def package(pkgver: str, arch: str = "x86_64", size: int = 7) -> Package:
    return Package(pkgver, arch, URL, digest(f"{pkgver}.{arch}"), size, ("rootfs", "void-host"))


def packages(count: int) -> list[Package]:
    return [package(f"package-{index:05}-1.{index}_1", size=index) for index in range(count)]


def lock(of: Iterable[Package] = (), container: str = "flake") -> Lock:
    """A lock of these packages, with all else that belongs to it."""
    request = Request("x86_64", digest("mklive"), ("b", "a"), (URL,))
    keys = (Key(PRINT, digest("key")),)
    repositories = (Repository(URL, "x86_64", digest("index"), PRINT),)
    return Lock(container, Xbps(request, keys, repositories, tuple(of)))


def forged(body: bytes) -> bytes:
    """A file whose checksum is right: ``body`` is all before the checksum's line."""
    return body + f'  "checksum": "{sri.of_bytes(body)}"\n}}\n'.encode()
