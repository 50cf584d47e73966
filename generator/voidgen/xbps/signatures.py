"""Fetching the signatures of packages, whose hashes are not locked, into voidgen's cache."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError, refused
from voidgen.nix import fetchers
from voidgen.system import cache, parallel, sri
from voidgen.xbps import fetch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from voidgen.progress import Progress
    from voidgen.xbps.types import Package

ENDING = ".sig2"
"""What XBPS appends to a file's name for its detached signature (xbps-rindex(1))."""

TOGETHER = range(8, 300)
"""Number of signatures that one process of Nix fetches: at least, and fewer than. An argument has
128 KiB (execve(2))."""


def fetch_missing(wanted: Iterable[Package], mirrors: Sequence[str], progress: Progress) -> None:
    """Fetch the missing signatures of ``wanted``, whose hashes are not locked, into the cache."""
    missing = [one for one in wanted if not file_of(one).is_file()]
    if not missing:
        return
    count = min(max(-(-len(missing) // fetch.AT_ONCE), TOGETHER.start), TOGETHER.stop - 1)
    batches = [missing[start : start + count] for start in range(0, len(missing), count)]
    with progress.step(f"fetching {len(missing)} signatures"):
        found = parallel.each(partial(_fetch, mirrors=mirrors), batches, fetch.AT_ONCE)
    fetch.raise_all([failure for failures in found for failure in failures])


def _fetch(packages: Sequence[Package], mirrors: Sequence[str]) -> list[fetch.Failure]:
    """Fetch signatures by one process; if it fails, each by one, from where it can be had."""
    files = [
        fetchers.File(
            fetch.store_name(f"{one.file}{ENDING}"),
            fetch.url_of(fetch.places_of(one, (), ENDING)[0]),
        )
        for one in packages
    ]
    try:
        paths = fetchers.prefetch_files(files)
    except StepFailedError:
        found = (_fetch_one(one, mirrors) for one in packages)
        return [failure for failure in found if failure]
    for one, path in zip(packages, paths, strict=True):
        _save(one, path.read_bytes())
    return []


def _fetch_one(package: Package, mirrors: Sequence[str]) -> fetch.Failure | None:
    failure = None
    name = fetch.store_name(f"{package.file}{ENDING}")
    for url in fetch.places_of(package, mirrors, ENDING):
        try:
            data = fetch.prefetch(url, name).read_bytes()
        except StepFailedError as error:
            failure = failure or fetch.failure_at(url, "", error)
            continue
        _save(package, data)
        return None
    return failure


def _save(package: Package, data: bytes) -> None:
    """Save a package's signature in the cache."""
    place = file_of(package)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f".{place.name}.{os.getpid()}")
        part.write_bytes(data)
        part.replace(place)
    except OSError as error:
        raise refused(error, place) from None


def file_of(package: Package) -> Path:
    """Return the path of a package's signature in the cache."""
    return cache.folder() / "signatures" / f"{sri.hex_of(package.hash)}{ENDING}"
