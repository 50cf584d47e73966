"""Folders with the locked ``.xbps`` files: local repositories, and XBPS's own cache."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError, refused
from voidgen.nix import store_paths
from voidgen.system import cache, sha256sums, sri
from voidgen.xbps import programs as xbps
from voidgen.xbps import repodata, signatures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from voidgen.progress import Progress
    from voidgen.xbps.types import Package, Xbps


def sign(
    packages: Iterable[Package],
    paths: Mapping[str, Path],
    mirrors: Sequence[str],
    folder: Path,
    progress: Progress,
) -> None:
    """Make ``folder`` like XBPS's own cache: the files, with their signatures beside them.

    ``paths`` are the files by name. Leaves out packages of repositories that are folders, as XBPS
    does.
    """
    folder.mkdir()
    remote = [one for one in packages if not one.repository.startswith("/")]
    signatures.fetch_missing(remote, mirrors, progress)
    for one in remote:
        (folder / one.file).symlink_to(paths[one.file])
        (folder / f"{one.file}{signatures.ENDING}").symlink_to(signatures.file_of(one))


def forget_signatures(packages: Iterable[Package]) -> None:
    """Remove the kept signatures, one of which is wrong: a damaged one cannot be recognized."""
    for one in packages:
        signatures.file_of(one).unlink(missing_ok=True)


def place(locked: Xbps) -> Path:
    """Return the path of the local repository of the ``locked`` packages; it need not exist."""
    names = "\n".join(f"{one.hash} {one.file}" for one in locked.packages)
    return cache.folder() / "repositories" / sri.hex_of(sri.of_bytes(names.encode()))


def keep(locked: Xbps, paths: Mapping[str, Path]) -> None:
    """Make GC roots of ``paths``, the ``locked`` files: repositories keep no old ones."""
    folder = place(locked).with_suffix(".roots")
    each = sorted({*paths.values()})
    try:
        if sorted(one.readlink() for one in folder.iterdir()) == each:
            return
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise refused(error, folder) from None
    store_paths.keep(each, folder / "package")


def repository(locked: Xbps, paths: Mapping[str, Path], programs: Path, progress: Progress) -> Path:
    """Make a local repository of exactly the ``locked`` packages, and return its folder.

    It has links to ``paths``, by the files' names; xbps-rindex(1) indexes it. It has the signatures
    that were kept, so that it can be a mirror.
    """
    folder = place(locked)
    if _is_whole(locked, paths, folder):
        return folder
    _sums(folder).unlink(missing_ok=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder.parent) as temporary:
        made = Path(temporary) / "repository"
        made.mkdir()
        for one in locked.packages:
            (made / one.file).symlink_to(paths[one.file])
            if signatures.file_of(one).is_file():
                data = signatures.file_of(one).read_bytes()
                (made / f"{one.file}{signatures.ENDING}").write_bytes(data)
        with progress.step(f"indexing {len(locked.packages)} packages of Void"):
            for arch in sorted({one.arch for one in locked.repositories}):
                files = [made / one.file for one in locked.packages if one.arch in {arch, "noarch"}]
                xbps.index(programs, arch, files, made)
                _check(locked, arch, made)
        written = Path(temporary) / "sums"
        hashes = {file.name: sri.of_file(file) for file in indexes(locked, made)}
        written.write_bytes(sha256sums.dump(hashes))
        if folder.exists():
            folder.rename(Path(temporary) / "broken")
        made.rename(folder)
        # Last, because a repository without it is made again.
        written.replace(_sums(folder))
    return folder


def _is_whole(locked: Xbps, paths: Mapping[str, Path], folder: Path) -> bool:
    """Return whether ``folder`` is complete: it has the locked files, and an index of them."""
    found = indexes(locked, folder)
    names = {*(one.file for one in locked.packages), *(one.name for one in found)}
    try:
        if {one.name for one in folder.iterdir() if one.suffix != signatures.ENDING} != names:
            return False
        if _sums(folder).read_bytes() != sha256sums.dump(
            {one.name: sri.of_file(one) for one in found}
        ):
            return False
        return all((folder / name).readlink() == path for name, path in paths.items())
    except OSError:
        return False


def indexes(locked: Xbps, folder: Path) -> list[Path]:
    """Return the indexes of the repository in ``folder``."""
    return [
        folder / f"{arch}-repodata" for arch in sorted({one.arch for one in locked.repositories})
    ]


def _sums(folder: Path) -> Path:
    """Return the path of the file with the hashes of the indexes in ``folder``."""
    return folder.with_name(f"{folder.name}.sha256")


def unpacked(repository: Path) -> int:
    """Return the number of bytes that all packages of a local repository unpack to."""
    found = [repodata.read(file) for file in sorted(repository.glob("*-repodata"))]
    listed = {one.hash: one.installed for index in found for one in index.packages.values()}
    return sum(listed.values())


def _check(locked: Xbps, arch: str, folder: Path) -> None:
    """Raise StepFailedError unless the index has every package, under its own name."""
    listed = repodata.read(folder / f"{arch}-repodata").packages.values()
    found = {(one.pkgver, one.arch, one.hash) for one in listed}
    for one in locked.packages:
        if one.arch in {arch, "noarch"} and (one.pkgver, one.arch, one.hash) not in found:
            what = f"{one.url}: the package in this file is not {one.pkgver}"
            raise StepFailedError(what, repodata.REMEDY)
