"""The indexes of repositories at one moment: now, or when they were locked."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import frozen

from voidgen.config import void_repositories
from voidgen.errors import StepFailedError, refused
from voidgen.nix import fetchers, limits
from voidgen.system import sri
from voidgen.xbps import repodata

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from voidgen.nix.limits import Limits
    from voidgen.progress import Progress
    from voidgen.xbps.repodata import Repodata
    from voidgen.xbps.types import Repository


@frozen
class Index:
    """The index of one repository for one architecture: its file, hash in SRI form, content."""

    url: str
    arch: str
    file: Path
    hash: str
    data: Repodata

    @property
    def remote(self) -> bool:
        """Whether XBPS asks for signatures: it does not in a folder (xbps-install(1))."""
        return not self.url.startswith("/")


Snapshot = tuple[Index, ...]
"""Indexes, in the order in which XBPS asks the repositories; several per repository."""


def fetch_current(
    repositories: Collection[str],
    arches: Iterable[str],
    progress: Progress,
    waits: Limits = limits.FETCH,
    known: Iterable[Repository] = (),
) -> Snapshot:
    """Fetch the indexes as they are now, but those ``known`` as they were locked.

    ``waits`` says how long servers may take. Raises StepFailedError if no repository has an index
    for one of ``arches``.
    """
    wanted = sorted(set(arches))
    locked = {(one.url, one.arch): one for one in known}
    found: list[Index] = []
    for where in repositories:
        for arch in wanted:
            if one := locked.get((where, arch)):
                found.append(_fetch_locked(one, progress, waits))
                continue
            with progress.step(f"reading{waits.note} {where}/{arch}-repodata"):
                found += _fetch(where, arch, "", waits)
    for arch in wanted:
        if not any(index.arch == arch for index in found):
            what = f"no repository of [xbps] has packages for {arch}"
            raise StepFailedError(what, _remedy(repositories, arch))
    return tuple(found)


def check_used(found: Snapshot, repositories: Iterable[str], arches: Sequence[str]) -> None:
    """Raise StepFailedError if a repository has no index for any of ``arches``.

    The image's own architecture comes first in ``arches``.
    """
    used = {index.url for index in found}
    for where in repositories:
        if where not in used:
            files = " or ".join(f"{arch}-repodata" for arch in dict.fromkeys(arches))
            what = f"{where}: has no {files}, the index of an XBPS repository"
            fitting = void_repositories.url_for_arch(where, arches[0])
            remedy = "remove it from [xbps] repositories in voidgen.toml"
            if fitting and fitting != where:
                remedy = f"write {fitting} instead in [xbps] repositories of voidgen.toml"
            raise StepFailedError(what, remedy)


def _remedy(repositories: Iterable[str], arch: str) -> str:
    urls = [url for where in repositories if (url := void_repositories.url_for_arch(where, arch))]
    url = urls[0] if urls else void_repositories.Void(arch).urls([void_repositories.SCHEME])[0]
    return f'add "{url}", or another with {arch}-repodata, to [xbps] repositories in voidgen.toml'


def fetch_locked(
    locked: Iterable[Repository],
    order: Iterable[str],
    progress: Progress,
    waits: Limits = limits.FETCH,
) -> Snapshot:
    """Fetch the indexes that were ``locked``, with the repositories in ``order``.

    Raises StepFailedError if neither the Nix store nor the repository has one any more.
    """
    places = list(order)
    ordered = sorted(locked, key=lambda one: (places.index(one.url), one.arch))
    return tuple(_fetch_locked(one, progress, waits) for one in ordered)


def _fetch_locked(one: Repository, progress: Progress, waits: Limits) -> Index:
    step = f"reading{waits.note} {one.url}/{one.arch}-repodata as it was locked"
    with progress.step(step):
        got = list(_fetch(one.url, one.arch, one.hash, waits))
    if not got or got[0].hash != one.hash:
        what = (
            f"{one.url}: has changed since it was locked, "
            "and the Nix store does not have the locked index"
        )
        raise StepFailedError(what, "run `voidgen update xbps`, which updates all its packages")
    return got[0]


def write_databases(snapshot: Snapshot, keys: Mapping[str, bytes], folder: Path) -> None:
    """Write to ``folder/ARCH`` what XBPS has in ``/var/db/xbps`` after synchronizing.

    ``keys`` has the content of the trusted keys' files, by fingerprint.
    """
    for arch in {index.arch for index in snapshot}:
        (folder / arch / "keys").mkdir(parents=True)
        for fingerprint, data in keys.items():
            (folder / arch / "keys" / f"{fingerprint}.plist").write_bytes(data)
    for index in snapshot:
        if index.remote:
            place = folder / index.arch / _folder_of(index.url)
            place.mkdir()
            shutil.copyfile(index.file, place / f"{index.arch}-repodata")


def _folder_of(url: str) -> str:
    """Return XBPS's name for a repository's folder (lib/repo_sync.c and lib/fetch/fetch.c)."""
    parts = urlsplit(url)
    host = re.sub(r".*@|[][]", "", parts.netloc)
    rest = url.partition(parts.netloc)[2] or "/"
    return re.sub(r"[./:]", "_", f"{parts.scheme}://{host}{rest}")


def _fetch(where: str, arch: str, expected: str, waits: Limits) -> Iterator[Index]:
    """Yield the index for ``arch``, unless there is none or not the expected one."""
    name = f"{arch}-repodata"
    if where.startswith("/"):
        file = Path(where, name)
        try:
            digest = sri.of_file(file)
        except FileNotFoundError:
            return
        except OSError as error:
            raise refused(error, file) from None
    else:
        try:
            got = fetchers.prefetch_file(
                f"{where.rstrip('/')}/{name}", name=name, expected=expected, waits=waits
            )
        except (fetchers.NotFoundError, fetchers.OtherBytesError):
            return
        file, digest = got.path, got.hash
    yield Index(where, arch, file, digest, repodata.read(file))
