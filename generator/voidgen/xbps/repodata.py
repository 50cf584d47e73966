"""Reading ``ARCH-repodata``, the index of an XBPS repository (xbps-rindex(1), "FILES").

A compressed tar archive with ``index.plist``, the packages by name, and ``index-meta.plist``,
the public key. voidgen reads it only to look up what XBPS has resolved.
"""

from __future__ import annotations

import io
import re
import tarfile
from typing import TYPE_CHECKING

from attrs import field, frozen

from voidgen.errors import StepFailedError, refused
from voidgen.schema import typed_json
from voidgen.system import compressed, decompression, sri
from voidgen.system.files import read_regular_file
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LARGEST = 1 << 29
"""Largest size of an unpacked index in bytes; Void's have a twentieth."""

REMEDY = "report this to the repository's owner, or use another mirror"
"""What to do about an index that is damaged or that does not fit its packages."""
INDEX = "index.plist"
META = "index-meta.plist"
UNSIGNED = (None, b"", b"DEADBEEF")
"""The content of `META` in unsigned repositories; the last one is of old releases of XBPS."""


@frozen
class Listed:
    """A package of a repository: its file's hash in SRI form and size, and what it unpacks to.

    Sizes are in bytes. ``provides`` are names of virtual packages that it stands for, ``depends``
    patterns of the packages that it needs, like ``acl>=2.3`` (xbps, xbps_pkgpattern_match(3)).
    ``about`` is its short description.
    """

    pkgver: str
    arch: str
    hash: str
    size: int
    installed: int
    provides: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    about: str = ""


@frozen
class Repodata:
    """The packages of a repository by name, and its public key as PEM (empty: not signed)."""

    packages: Mapping[str, Listed]
    public_key: bytes


@frozen
class _Meta:
    """What index-meta.plist says."""

    public_key: bytes = b""


@frozen
class _Package:
    """A package as index.plist lists it."""

    pkgver: str
    architecture: str
    sha256: str = field(metadata={"key": "filename-sha256"})
    size: int = field(metadata={"key": "filename-size"})
    installed: int = field(default=0, metadata={"key": "installed_size"})
    provides: tuple[str, ...] = ()
    depends: tuple[str, ...] = field(default=(), metadata={"key": "run_depends"})
    about: str = field(default="", metadata={"key": "short_desc"})

    def __attrs_post_init__(self) -> None:
        if not re.fullmatch("[0-9a-fA-F]{64}", self.sha256):
            raise GarbledError(f"{self.sha256!r} is not a SHA-256 hash")

    def listed(self) -> Listed:
        return Listed(
            self.pkgver,
            self.architecture,
            sri.of_hex(self.sha256),
            self.size,
            self.installed,
            tuple(pkgver.rpartition("-")[0] for pkgver in self.provides),
            self.depends,
            self.about,
        )


def read(file: Path) -> Repodata:
    """Return the content of an index; StepFailedError if ``file`` isn't one."""
    try:
        data = read_regular_file(file, LARGEST)
    except OSError as error:
        raise refused(error, file) from None
    try:
        members = _members(_unpacked(data))
        index = typed_json.read_plist(members[INDEX], dict[str, _Package]) if members[INDEX] else {}
        signed = members.get(META) not in UNSIGNED
        meta = typed_json.read_plist(members[META], _Meta) if signed else _Meta()
    except (GarbledError, tarfile.TarError, *decompression.DAMAGED) as error:
        what = f"{file}: is not an index of an XBPS repository ({error})"
        raise StepFailedError(what, REMEDY) from None
    return Repodata({name: one.listed() for name, one in index.items()}, meta.public_key)


def _unpacked(data: bytes) -> bytes:
    """Return the tar archive in ``data``, which may be compressed."""
    stream = compressed.decompress(decompression.buffered(io.BytesIO(data)))
    unpacked = stream.read(LARGEST + 1) if stream else data
    if len(unpacked) > LARGEST:
        raise GarbledError(f"more than {LARGEST >> 20} MiB")
    return unpacked


def _members(data: bytes) -> dict[str, bytes]:
    members, total = {}, 0
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for member in archive:
            total += member.size
            if total > LARGEST:
                raise GarbledError(f"more than {LARGEST >> 20} MiB")
            name = member.name.removeprefix("./")
            if name not in {INDEX, META}:
                continue
            stream = archive.extractfile(member)
            members[name] = stream.read() if stream else b""
    if INDEX not in members:
        raise GarbledError(f"no {INDEX}")
    return members
