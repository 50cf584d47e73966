"""Reading which files an ``.xbps`` package has (xbps-create(1)): services and programs among them.

An ``.xbps`` file is a compressed tar archive. It begins with scripts, ``props.plist`` and
``files.plist``, so that only its first bytes are read.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Mapping  # noqa: TC003 - cattrs reads it
from operator import attrgetter
from posixpath import dirname, join, normpath
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen.errors import StepFailedError, refused
from voidgen.schema import typed_json
from voidgen.system import compressed, decompression
from voidgen.system.untrusted import GarbledError
from voidgen.xbps.repodata import REMEDY
from voidgen.xbps.types import IMAGE_ROOT, Program, Service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from voidgen.xbps.types import Xbps

PROPERTIES = "props.plist"
FILES = "files.plist"
LARGEST = 1 << 28
"""Largest size of a list of files in bytes; that of texlive has a tenth."""
_FIRST = {"INSTALL", "REMOVE", PROPERTIES, FILES}
"""The members that come before the package's own files."""
_RUN = re.compile(r"/etc/sv/([^/]+)/run")
_FOLDER = re.compile(r"/etc/sv/([^/]+)")
_ENABLED = re.compile(r"/etc/runit/runsvdir/default/([^/]+)")


@frozen
class _Listed:
    file: str


@frozen
class _Files:
    files: tuple[_Listed, ...] = ()
    links: tuple[_Listed, ...] = ()


@frozen
class _Properties:
    """``alternatives`` has texts ``LINK:TARGET`` by group (xbps-alternatives(1))."""

    alternatives: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@frozen
class Contents:
    """What a package has: its services, those of them that it enables, and all paths."""

    services: frozenset[str]
    enabled: frozenset[str]
    paths: frozenset[str]


def with_contents(locked: Xbps, paths: Mapping[str, Path], programs: Iterable[str]) -> Xbps:
    """Return ``locked`` with what the lists of files of the image's packages say.

    ``paths`` are the packages' files by name, ``programs`` the paths to look for. Raises
    StepFailedError if a file is not a package.
    """
    found = {
        package.name: read(paths[package.file])
        for package in locked.packages
        if IMAGE_ROOT in package.transactions
    }
    services, enabled = (
        tuple(sorted(Service(name, package) for package in found for name in names(found[package])))
        for names in (attrgetter("services"), attrgetter("enabled"))
    )
    brought = tuple(
        Program(path, next((name for name in sorted(found) if path in found[name].paths), None))
        for path in sorted({*programs})
    )
    return evolve(locked, services=services, enabled=enabled, programs=brought)


def read(file: Path) -> Contents:
    """Return what the package in ``file`` has; StepFailedError if it is not a package."""
    try:
        properties, listed = _lists(file)
        found = typed_json.read_plist(listed, _Files)
        alternatives = typed_json.read_plist(properties, _Properties) if properties else None
        links = {one.file for one in found.links} | {*_alternatives(alternatives)}
        files = {one.file for one in found.files}
        return Contents(
            frozenset(_names(_RUN, files | links)) | frozenset(_names(_FOLDER, links)),
            frozenset(_names(_ENABLED, links)),
            frozenset(files | links),
        )
    except (GarbledError, tarfile.TarError, *decompression.DAMAGED) as error:
        if isinstance(error, OSError) and error.filename:
            raise refused(error, file) from None
        what = f"{file}: is not a package of XBPS ({error})"
        raise StepFailedError(what, REMEDY) from None


def _names(pattern: re.Pattern[str], paths: Iterable[str]) -> Iterator[str]:
    return (match[1] for path in paths if (match := pattern.fullmatch(path)))


def _alternatives(found: _Properties | None) -> Iterator[str]:
    """Yield the links that XBPS makes; a relative one is beside its target."""
    for texts in found.alternatives.values() if found else ():
        for text in texts:
            link, _, target = text.partition(":")
            yield normpath(join(dirname(target), link))


def _lists(file: Path) -> tuple[bytes, bytes]:
    """Return the contents of the package's props.plist, if it has one, and of its files.plist."""
    properties = b""
    with file.open("rb") as opened:
        stream = compressed.decompress(decompression.buffered(opened))
        if stream is None:
            raise GarbledError("of no known compression")
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                name = member.name.removeprefix("./")
                if name not in _FIRST:
                    break
                if name in {PROPERTIES, FILES}:
                    if member.size > LARGEST:
                        raise GarbledError(f"{name} has more than {LARGEST >> 20} MiB")
                    opened_member = archive.extractfile(member)
                    content = opened_member.read() if opened_member else b""
                    if name == FILES:
                        return properties, content
                    properties = content
    raise GarbledError(f"no {FILES}")
