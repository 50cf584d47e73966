"""Fetching ``.xbps`` files into the Nix store, by their locked hashes.

The store paths are those of the flake's fixed-output derivations (xbps-packages.nix), so that Nix
fetches nothing again.
"""

from __future__ import annotations

import os
import re
import threading
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from attrs import frozen

from voidgen.errors import FIX_AND_RERUN, StepFailedError
from voidgen.nix import fetchers, refusal, store_paths
from voidgen.system import parallel
from voidgen.system.credentials import NETRC, hidden
from voidgen.system.network_faults import UnreachableError, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from voidgen.nix.caches import Caches
    from voidgen.progress import Progress
    from voidgen.xbps.types import Package

AT_ONCE = 8
"""Number of files that are fetched at the same time."""

BATCH = 512 * 1024
"""Bytes that one process of Nix fetches at most, of several packages. Its start takes longer than a
small file. The progress of a batch shows only at its end."""

MOVED_ON = (
    "the repository has newer packages: run `voidgen update xbps` to lock those, "
    "or add a mirror that keeps old packages to [xbps] mirrors"
)
OTHER_BYTES = (
    "the repository's file differs from the locked one: do not use the repository, "
    "or run `voidgen update xbps` if you trust it"
)
ADDRESS = f"check the repository's address; if its server wants a login: {NETRC}"
NETWORK = "check the network and run it again: files that are complete are not fetched again"

_DOWNLOAD = re.compile(r"unable to download '[^']*': ")
_REFUSED = re.compile(r"HTTP error 40[0137]")


def store_name(file: str) -> str:
    """Return the name of a file's store path (Nix manual, "Store Path"): it has fewer characters.

    As in xbps-packages.nix.
    """
    return re.sub("[:@^~]", "_", file)


def packages(
    wanted: Iterable[Package], mirrors: Sequence[str], progress: Progress, caches: Caches
) -> Mapping[str, Path]:
    """Fetch every missing file of ``wanted``; return the store paths of all by file name.

    From the Nix ``caches``, or else from the package's repository, or else from ``mirrors``, or
    else from the caches that Nix has by itself. Raises StepFailedError that names every file that
    could not be fetched; the others are in the store then.
    """
    each = list(wanted)
    with progress.step(f"looking for {len(each)} packages of Void in the Nix store"):
        files = [(store_name(one.file), one.hash) for one in each]
        names = (one.file for one in each)
        paths = dict(zip(names, store_paths.fixed_files(files), strict=True))
        missing = _missing(each, paths)
    if missing and caches.stores:
        with progress.step(f"asking the caches for {len(missing)} packages of Void"):
            store_paths.substitute([paths[one.file] for one in missing], caches)
            missing = _missing(missing, paths)
    if not missing:
        return paths
    what = f"fetching {len(missing)} packages of Void"
    failures = _fetch([_File(one, places_of(one, mirrors)) for one in missing], progress, what)
    if failures:
        # Nix may have a binary cache that the project does not name.
        with progress.step(f"asking Nix's caches for {len(failures)} packages of Void"):
            store_paths.substitute([paths[one.file] for one in failures], caches)
            lost = {one.file for one in _missing(failures, paths)}
        raise_all([failure for one, failure in failures.items() if one.file in lost])
    return paths


def _missing(each: Iterable[Package], paths: Mapping[str, Path]) -> list[Package]:
    invalid = store_paths.invalid(str(paths[one.file]) for one in each)
    return [one for one in each if str(paths[one.file]) in invalid]


def places_of(package: Package, mirrors: Iterable[str], ending: str = "") -> tuple[str, ...]:
    """Return the URLs of a package's file, or of that file with ``ending``."""
    repositories = (package.repository, *mirrors)
    return tuple(f"{one.rstrip('/')}/{package.file}{ending}" for one in repositories)


@frozen
class _File:
    package: Package
    places: tuple[str, ...]


@frozen
class Failure:
    """Why a file could not be fetched, and what to do."""

    line: str
    remedy: str
    away: UnreachableError | None = None
    """Set if the repository cannot be reached at all."""


def _fetch(files: Sequence[_File], progress: Progress, what: str) -> dict[Package, Failure]:
    """Fetch ``files`` into the store, `AT_ONCE` at a time; return why some could not be fetched."""
    with progress.transfer(what, sum(one.package.size for one in files)) as moved:
        lock, away = threading.Lock(), dict[str, UnreachableError]()

        def counted(count: int) -> None:
            with lock:
                moved(count)

        batches = [*_batches(files)]
        ends = parallel.each(partial(_fetch_batch, away=away, moved=counted), batches, AT_ONCE)
    return {one.package: end for done in ends for one, end in done.items() if end}


def _batches(files: Iterable[_File]) -> Iterator[list[_File]]:
    """Group files of the same repository that together have at most `BATCH` bytes."""
    batch: list[_File] = []
    room = 0
    for one in files:
        if batch and (
            one.package.size > room or one.package.repository != batch[0].package.repository
        ):
            yield batch
            batch = []
        room = (room if batch else BATCH) - one.package.size
        batch.append(one)
    if batch:
        yield batch


def _fetch_batch(
    batch: Sequence[_File], away: dict[str, UnreachableError], moved: Callable[[int], None]
) -> Mapping[_File, Failure | None]:
    """Fetch files by one process; if it fails, each by one, as `_fetch_one` does."""
    server = place_of(batch[0].places[0])
    if len(batch) > 1 and server not in away:
        try:
            fetchers.prefetch_files(
                [
                    fetchers.File(
                        store_name(one.package.file), url_of(one.places[0]), one.package.hash
                    )
                    for one in batch
                ]
            )
        except StepFailedError as error:
            _note(error, server, away)
        else:
            moved(sum(one.package.size for one in batch))
            return {}
    return {one: _fetch_one(one, away, moved) for one in batch}


def _fetch_one(
    file: _File, away: dict[str, UnreachableError], moved: Callable[[int], None]
) -> Failure | None:
    """Fetch a file from the first place that has it; return why its repository failed if none.

    ``away`` gets each server that cannot be reached, by its address: it is not asked again.
    """
    failure = None
    name, expected = store_name(file.package.file), file.package.hash
    for place in file.places:
        count = 0

        def counted(more: int) -> None:
            nonlocal count
            count += more
            moved(more)

        server = place_of(place)
        try:
            if server in away:
                raise away[server]
            prefetch(place, name, expected, counted)
        except StepFailedError as error:
            moved(-count)
            _note(error, server, away)
            failure = failure or failure_at(place, expected, error)
        else:
            moved(file.package.size - count)
            return None
    return failure


def _note(error: StepFailedError, server: str, away: dict[str, UnreachableError]) -> None:
    if isinstance(error, UnreachableError) and error.fault.kind == "away":
        away[server] = error


def prefetch(
    place: str, name: str, expected: str = "", moved: Callable[[int], None] | None = None
) -> Path:
    """Fetch a file from a URL or path into the store; ``expected`` is its hash, if known."""
    if place.startswith("/") and not os.path.lexists(place):
        raise fetchers.NotFoundError("no such file")
    return fetchers.prefetch_file(url_of(place), name=name, expected=expected, moved=moved).path


def url_of(place: str) -> str:
    """Return the URL of a place: a URL, or the path of a file of this machine."""
    return f"file://{quote(place)}" if place.startswith("/") else place


def failure_at(place: str, expected: str, error: StepFailedError) -> Failure:
    """Return why a file cannot be fetched from ``place``; ``expected`` is its hash, or ""."""
    if isinstance(error, UnreachableError):
        is_away = error.fault.kind == "away"
        return Failure(f"{hidden(place)}: {error.what}", NETWORK, error if is_away else None)
    said = next(iter(refusal.message(error.output)), error.what)
    reason = _DOWNLOAD.sub("", said)
    if isinstance(error, fetchers.OtherBytesError):
        reason, remedy = f"wrong hash: expected {expected}", OTHER_BYTES
    elif isinstance(error, fetchers.NotFoundError):
        remedy = MOVED_ON
    elif _REFUSED.search(said):
        remedy = ADDRESS
    else:
        remedy = error.remedy or (NETWORK if _DOWNLOAD.match(said) else FIX_AND_RERUN)
    return Failure(f"{hidden(place)}: {reason}", remedy)


def raise_all(failures: Sequence[Failure]) -> None:
    """Raise one StepFailedError for ``failures``, if there are any."""
    if not failures:
        return
    away = [failure.away for failure in failures if failure.away]
    if len(away) == len(failures):
        raise away[0]
    count = "1 file" if len(failures) == 1 else f"{len(failures)} files, the first"
    raise StepFailedError(
        f"cannot fetch {count}: {failures[0].line}",
        "; ".join(dict.fromkeys(failure.remedy for failure in failures)),
        "\n".join(failure.line for failure in failures),
    )
