"""Reading which files an ``.xbps`` package has (xbps-create(1)): the services among them.

An ``.xbps`` file is a compressed tar archive. It begins with scripts, ``props.plist`` and
``files.plist``, so that only its first bytes are read.
"""

from __future__ import annotations

import re
import tarfile
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError, refused
from voidgen.schema import typed_json
from voidgen.system import compressed, decompression
from voidgen.system.untrusted import GarbledError
from voidgen.xbps.repodata import REMEDY
from voidgen.xbps.types import IMAGE_ROOT, Service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from voidgen.xbps.types import Package

FILES = "files.plist"
LARGEST = 1 << 28
"""Largest size of a list of files in bytes; that of texlive has a tenth."""
_FIRST = {"INSTALL", "REMOVE", "props.plist", FILES}
"""The members that come before the package's own files."""
_RUN = re.compile(r"/etc/sv/([^/]+)/run")
_FOLDER = re.compile(r"/etc/sv/([^/]+)")


@frozen
class _Listed:
    file: str


@frozen
class _Files:
    files: tuple[_Listed, ...] = ()
    links: tuple[_Listed, ...] = ()


def services(packages: Iterable[Package], paths: Mapping[str, Path]) -> tuple[Service, ...]:
    """Return the services of the image's ``packages``, sorted; ``paths`` are their files by name.

    Raises StepFailedError if a file is not a package.
    """
    return tuple(
        sorted(
            Service(name, package.name)
            for package in packages
            if IMAGE_ROOT in package.transactions
            for name in names(paths[package.file])
        )
    )


def names(file: Path) -> set[str]:
    """Return the names of the services that the package in ``file`` has.

    Raises StepFailedError if it is not a package.
    """
    try:
        return {*_services(typed_json.read_plist(_list(file), _Files))}
    except (GarbledError, tarfile.TarError, *decompression.DAMAGED) as error:
        if isinstance(error, OSError) and error.filename:
            raise refused(error, file) from None
        what = f"{file}: is not a package of XBPS ({error})"
        raise StepFailedError(what, REMEDY) from None


def _services(found: _Files) -> Iterator[str]:
    for one in (*found.files, *found.links):
        if match := _RUN.fullmatch(one.file):
            yield match[1]
    for one in found.links:
        if match := _FOLDER.fullmatch(one.file):
            yield match[1]


def _list(file: Path) -> bytes:
    """Return the content of the package's files.plist."""
    with file.open("rb") as opened:
        stream = compressed.decompress(decompression.buffered(opened))
        if stream is None:
            raise GarbledError("of no known compression")
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                name = member.name.removeprefix("./")
                if name not in _FIRST:
                    break
                if name == FILES:
                    if member.size > LARGEST:
                        raise GarbledError(f"{FILES} has more than {LARGEST >> 20} MiB")
                    content = archive.extractfile(member)
                    return content.read() if content else b""
    raise GarbledError(f"no {FILES}")
