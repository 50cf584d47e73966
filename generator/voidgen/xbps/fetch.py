"""Fetching ``.xbps`` files into the Nix store, by their locked hashes, and their signatures.

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

from voidgen.errors import FIX_AND_RERUN, StepFailedError, refused
from voidgen.nix import fetchers, refusal, store_paths
from voidgen.system import cache, parallel, sri
from voidgen.system.credentials import NETRC, hidden
from voidgen.system.network_faults import UnreachableError, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from voidgen.nix.caches import Caches
    from voidgen.progress import Progress
    from voidgen.xbps.types import Package

SIGNATURE = ".sig2"
"""What XBPS appends to a file's name for its detached signature (xbps-rindex(1))."""

AT_ONCE = 8
"""Number of files that are fetched at the same time."""

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
    failures = _fetch([_File(one, _places(one, mirrors)) for one in missing], progress, what)
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


def _places(package: Package, mirrors: Iterable[str], ending: str = "") -> tuple[str, ...]:
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

        ends = parallel.each(partial(_fetch_one, away=away, moved=counted), files, AT_ONCE)
    return {one.package: end for one, end in zip(files, ends, strict=True) if end}


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
            _prefetch(place, name, expected, counted)
        except StepFailedError as error:
            moved(-count)
            if isinstance(error, UnreachableError) and error.fault.kind == "away":
                away[server] = error
            failure = failure or _failure(place, expected, error)
        else:
            moved(file.package.size - count)
            return None
    return failure


def _prefetch(
    place: str, name: str, expected: str = "", moved: Callable[[int], None] | None = None
) -> Path:
    if place.startswith("/"):
        if not os.path.lexists(place):
            raise fetchers.NotFoundError("no such file")
        place = f"file://{quote(place)}"
    return fetchers.prefetch_file(place, name=name, expected=expected, moved=moved).path


def _failure(place: str, expected: str, error: StepFailedError) -> Failure:
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


def signatures(wanted: Iterable[Package], mirrors: Sequence[str], progress: Progress) -> None:
    """Fetch the missing signatures of ``wanted``, whose hashes are not locked, into the cache."""
    missing = [one for one in wanted if not signature(one).is_file()]
    if not missing:
        return
    with progress.step(f"fetching {len(missing)} signatures"):
        found = parallel.each(partial(_fetch_signature, mirrors=mirrors), missing, AT_ONCE)
    raise_all([failure for failure in found if failure])


def _fetch_signature(package: Package, mirrors: Sequence[str]) -> Failure | None:
    failure = None
    name, place = store_name(f"{package.file}{SIGNATURE}"), signature(package)
    for url in _places(package, mirrors, SIGNATURE):
        try:
            data = _prefetch(url, name).read_bytes()
        except StepFailedError as error:
            failure = failure or _failure(url, "", error)
            continue
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_name(f".{place.name}.{os.getpid()}")
            part.write_bytes(data)
            part.replace(place)
        except OSError as error:
            raise refused(error, place) from None
        return None
    return failure


def signature(package: Package) -> Path:
    """Return the path of a package's signature in the cache."""
    return cache.folder() / "signatures" / f"{sri.hex_of(package.hash)}{SIGNATURE}"
