"""The locked ``.xbps`` files on this machine, and local repositories that have them.

A file is kept under its hash, so that locks and projects share it; it is hashed again each time
before it is used.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen import download
from voidgen.download import Wanted
from voidgen.errors import StepFailedError, refused
from voidgen.nix import store_paths
from voidgen.system import cache, sha256sums, sri
from voidgen.xbps import programs as xbps
from voidgen.xbps import repodata

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voidgen.nix.caches import Caches
    from voidgen.progress import Progress
    from voidgen.xbps.types import Package, Xbps


SIGNATURE = ".sig2"
"""What XBPS appends to a file's name for its detached signature (xbps-rindex(1))."""


def fetch(
    packages: Iterable[Package], mirrors: Iterable[str], progress: Progress, caches: Caches
) -> None:
    """Fetch every missing file of ``packages``, with the locked hash.

    From the Nix ``caches``, or else from the package's repository, or else from ``mirrors``, which
    may have what the repository has no longer.
    """
    each = list(packages)
    cached = store_paths.cached_files(
        {one.hash: _kept(one).name for one in each if not _kept(one).is_file()}, caches
    )
    wanted = []
    for one in each:
        places = [str(cached[one.hash])] if one.hash in cached else []
        places += [one.url, *_mirror_urls(one.file, mirrors)]
        wanted.append(Wanted(places[0], _kept(one), one.hash, one.size, tuple(places[1:])))
    download.fetch(wanted, progress, what=f"fetching {len(wanted)} packages of Void")


def add(
    packages: Iterable[Package], mirrors: Iterable[str], progress: Progress, caches: Caches
) -> list[str]:
    """Add the files of ``packages`` to the Nix store, and return their store paths.

    ``store_paths.cached_files`` finds them there by hash and name.
    """
    each = list(packages)
    fetch(each, mirrors, progress, caches)
    return store_paths.add_files([_kept(one) for one in each]) if each else []


def sign(
    packages: Iterable[Package], mirrors: Iterable[str], folder: Path, progress: Progress
) -> None:
    """Make ``folder`` like XBPS's own cache: the files, with their signatures beside them.

    Leaves out packages of repositories that are folders, as XBPS does.
    """
    folder.mkdir()
    remote = [one for one in packages if not one.repository.startswith("/")]
    names = [f"{one.file}{SIGNATURE}" for one in remote]
    wanted = [
        Wanted(f"{one.url}{SIGNATURE}", _signature(one), None, None, _mirror_urls(name, mirrors))
        for one, name in zip(remote, names, strict=True)
    ]
    download.fetch(wanted, progress, what=f"fetching {len(wanted)} signatures")
    for one, name in zip(remote, names, strict=True):
        _link_or_copy(_kept(one), folder / one.file)
        _link_or_copy(_signature(one), folder / name)


def forget_signatures(packages: Iterable[Package]) -> None:
    """Remove the kept signatures, one of which is wrong: a damaged one cannot be recognized."""
    for one in packages:
        _signature(one).unlink(missing_ok=True)


def repository(
    locked: Xbps, mirrors: Iterable[str], programs: Path, progress: Progress, caches: Caches
) -> Path:
    """Make a local repository of exactly the ``locked`` packages, and return its folder.

    xbps-rindex(1) indexes it. It has the signatures that were kept, so that it can be a mirror.
    """
    fetch(locked.packages, mirrors, progress, caches)
    names = "\n".join(f"{one.hash} {one.file}" for one in locked.packages)
    place = cache.folder() / "repositories" / sri.hex_of(sri.of_bytes(names.encode()))
    if _is_whole(locked, place):
        return place
    _sums(place).unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=place.parent) as temporary:
        folder = Path(temporary) / "repository"
        folder.mkdir()
        for one in locked.packages:
            _link_or_copy(_kept(one), folder / one.file)
            if _signature(one).is_file():
                _link_or_copy(_signature(one), folder / f"{one.file}{SIGNATURE}")
        with progress.step(f"indexing {len(locked.packages)} packages of Void"):
            for arch in sorted({one.arch for one in locked.repositories}):
                files = [
                    folder / one.file for one in locked.packages if one.arch in {arch, "noarch"}
                ]
                xbps.index(programs, arch, files, folder)
                _check(locked, arch, folder)
        written = Path(temporary) / "sums"
        hashes = {file.name: sri.of_file(file) for file in _indexes(locked, folder)}
        written.write_bytes(sha256sums.dump(hashes))
        if place.exists():
            place.rename(Path(temporary) / "broken")
        folder.rename(place)
        # Last, because a repository without it is made again.
        written.replace(_sums(place))
    return place


def _is_whole(locked: Xbps, folder: Path) -> bool:
    """Return whether ``folder`` is complete: it has the locked files, and an index of them."""
    indexes = _indexes(locked, folder)
    names = {*(one.file for one in locked.packages), *(one.name for one in indexes)}
    try:
        if {one.name for one in folder.iterdir() if one.suffix != SIGNATURE} != names:
            return False
        if _sums(folder).read_bytes() != sha256sums.dump(
            {one.name: sri.of_file(one) for one in indexes}
        ):
            return False
        return all(_is_kept(one, folder / one.file) for one in locked.packages)
    except OSError:
        return False


def _indexes(locked: Xbps, folder: Path) -> list[Path]:
    """Return the indexes of the repository in ``folder``."""
    return [
        folder / f"{arch}-repodata" for arch in sorted({one.arch for one in locked.repositories})
    ]


def _sums(folder: Path) -> Path:
    """Return the path of the file with the hashes of the indexes in ``folder``."""
    return folder.with_name(f"{folder.name}.sha256")


def _is_kept(package: Package, file: Path) -> bool:
    """Return whether ``file`` is the kept one, which was hashed just now, or has its bytes."""
    return _kept(package).samefile(file) or sri.of_file(file) == package.hash


def unpacked(repository: Path) -> int:
    """Return the number of bytes that all packages of a local repository unpack to."""
    indexes = [repodata.read(file) for file in sorted(repository.glob("*-repodata"))]
    listed = {one.hash: one.installed for index in indexes for one in index.packages.values()}
    return sum(listed.values())


def _check(locked: Xbps, arch: str, folder: Path) -> None:
    """Raise StepFailedError unless the index has every package, under its own name."""
    listed = repodata.read(folder / f"{arch}-repodata").packages.values()
    found = {(one.pkgver, one.arch, one.hash) for one in listed}
    for one in locked.packages:
        if one.arch in {arch, "noarch"} and (one.pkgver, one.arch, one.hash) not in found:
            what = f"{one.url}: the package in this file is not {one.pkgver}"
            raise StepFailedError(what, repodata.REMEDY)


def _kept(package: Package) -> Path:
    return cache.folder() / "xbps" / f"{sri.hex_of(package.hash)}.xbps"


def _signature(package: Package) -> Path:
    return _kept(package).with_suffix(f".xbps{SIGNATURE}")


def _mirror_urls(name: str, mirrors: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{mirror.rstrip('/')}/{name}" for mirror in mirrors)


def _link_or_copy(file: Path, place: Path) -> None:
    """Give ``file`` the name ``place``, too; copy it if the file system cannot link it."""
    try:
        os.link(file, place)
    except OSError:
        try:
            shutil.copyfile(file, place)
        except OSError as error:
            raise refused(error, place) from None
