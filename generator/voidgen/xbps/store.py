"""The locked ``.xbps`` files on this machine, and local repositories of them.

A file is kept under its hash, so that locks and projects share it; what is there is hashed
again each time before it is used.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen import cache, download, sri
from voidgen.download import Wanted
from voidgen.errors import StepFailedError
from voidgen.xbps import programs as xbps
from voidgen.xbps import repodata

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voidgen.lock.types import Package, Xbps
    from voidgen.progress import Progress


def fetch(packages: Iterable[Package], progress: Progress) -> None:
    """Have every file of ``packages`` here, with the hash that is locked."""
    wanted = [Wanted(one.url, _kept(one), one.hash, one.size) for one in packages]
    download.fetch(wanted, progress, what=f"fetching {len(wanted)} packages of Void")


def sign(packages: Iterable[Package], folder: Path, progress: Progress) -> None:
    """Make ``folder`` what XBPS's own cache would be: the files, and beside them signatures.

    Of repositories that are folders it keeps neither.
    """
    folder.mkdir()
    wanted = []
    for one in packages:
        if one.repository.startswith("/"):
            continue
        _put(_kept(one), folder / one.file)
        wanted.append(Wanted(f"{one.url}.sig2", folder / f"{one.file}.sig2", None, None))
    download.fetch(wanted, progress, what=f"fetching {len(wanted)} signatures")


def repository(locked: Xbps, programs: Path, progress: Progress) -> Path:
    """A local repository of exactly the ``locked`` packages, indexed by xbps-rindex(1)."""
    fetch(locked.packages, progress)
    names = "\n".join(f"{one.hash} {one.file}" for one in locked.packages)
    place = cache.folder() / "repositories" / sri.hex_of(sri.of_bytes(names.encode()))
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=place.parent) as temporary:
        folder = Path(temporary) / "repository"
        folder.mkdir()
        for one in locked.packages:
            _put(_kept(one), folder / one.file)
        with progress.step(f"indexing {len(locked.packages)} packages of Void"):
            for arch in sorted({one.arch for one in locked.repositories}):
                files = [
                    folder / one.file for one in locked.packages if one.arch in {arch, "noarch"}
                ]
                xbps.index(programs, arch, files, folder)
                _check(locked, arch, folder)
        folder.replace(place)
    return place


def _check(locked: Xbps, arch: str, folder: Path) -> None:
    """Every package is in the index, under its own name."""
    listed = repodata.read(folder / f"{arch}-repodata").packages.values()
    found = {(one.pkgver, one.arch, one.hash) for one in listed}
    for one in locked.packages:
        if one.arch in {arch, "noarch"} and (one.pkgver, one.arch, one.hash) not in found:
            what = f"{one.url}: is not the package {one.pkgver} that its name tells"
            raise StepFailedError(what, "tell the repository's owner, or take another mirror")


def _kept(package: Package) -> Path:
    return cache.folder() / "xbps" / f"{sri.hex_of(package.hash)}.xbps"


def _put(file: Path, place: Path) -> None:
    """The same file under another name, without a copy where the file system can."""
    try:
        os.link(file, place)
    except OSError:
        try:
            shutil.copyfile(file, place)
        except OSError as error:
            raise StepFailedError(f"{place}: {error.strerror}") from None
