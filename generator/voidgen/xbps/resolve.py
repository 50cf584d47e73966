"""Resolving and verifying the packages to lock, with XBPS."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.xbps import (
    fetch,
    file_lists,
    keys,
    programs,
    repodata,
    snapshot,
    store,
    transactions,
    unresolved,
)
from voidgen.xbps.types import Package, Repository, Xbps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from voidgen.nix.caches import Caches
    from voidgen.overlay.asker import Asker
    from voidgen.progress import Progress
    from voidgen.xbps.keys import Trusted
    from voidgen.xbps.programs import Resolved
    from voidgen.xbps.snapshot import Index, Snapshot
    from voidgen.xbps.types import Request


@frozen
class Sources:
    """Where packages come from.

    ``mklive`` is the folder of its source, ``tools`` that of XBPS's programs. ``askers`` has, by
    package of the image, who asks for it, and ``programs`` has the paths of programs to look for.
    """

    mklive: Path
    tools: Path
    trusted: tuple[Trusted, ...]
    indexes: Snapshot
    mirrors: tuple[str, ...]
    caches: Caches
    askers: Mapping[str, tuple[Asker, ...]]
    programs: tuple[str, ...] = ()


def resolve(request: Request, sources: Sources, work: Path, progress: Progress) -> Xbps:
    """Return every package that mklive installs for ``request``; ``work`` is for temporary files.

    Fetches all files and has XBPS verify their signatures: later it is enough to compare hashes.
    Raises StepFailedError if one cannot be resolved, fetched or verified.
    """
    indexes, trusted, tools = sources.indexes, sources.trusted, sources.tools
    repositories = tuple(
        sorted(
            Repository(index.url, index.arch, index.hash, keys.signer(index, trusted))
            for index in indexes
        )
    )
    laid, followed, signed = (work / name for name in ("snapshot", "followed", "signed"))
    snapshot.write_databases(indexes, {key.fingerprint: key.data for key in trusted}, laid)
    with progress.step("following mklive's steps"):
        steps = transactions.follow(sources.mklive, request, laid, tools, followed)
        runs = [(one, programs.dry_run(tools, one, request.repositories)) for one in steps]
    unresolved.check(runs, sources.askers, indexes)
    packages = look_up({one.name: done.found for one, done in runs}, indexes)
    paths = fetch.packages(packages, sources.mirrors, progress, sources.caches)
    store.sign(packages, paths, sources.mirrors, signed, progress)
    with progress.step(f"verifying {len(packages)} packages"):
        try:
            for one in steps:
                programs.verify(tools, one, request.repositories, signed)
        except StepFailedError:
            store.forget_signatures(packages)
            raise
    used = {one.key for one in repositories}
    locked = Xbps(request, keys.locked(trusted, used), repositories, packages)
    with progress.step("reading which services and programs the packages have"):
        locked = file_lists.with_contents(locked, paths, sources.programs)
    with progress.step("keeping them from garbage collection"):
        store.keep(locked, paths)
    return locked


def look_up(
    found: Mapping[str, Sequence[Resolved]], indexes: Iterable[Index]
) -> tuple[Package, ...]:
    """Return each package that was ``found``, by transaction, with hash and size. Pure.

    Each package is in the result once. Raises StepFailedError if an index does not list what XBPS
    found in it, or if two repositories have files of the same name.
    """
    listed = {
        (index.url, one.pkgver, one.arch): one
        for index in indexes
        for one in index.data.packages.values()
    }
    roots: dict[Resolved, list[str]] = {}
    for transaction, packages in sorted(found.items()):
        for one in packages:
            roots.setdefault(one, []).append(transaction)
    locked = []
    for one, names in roots.items():
        entry = listed.get((one.repository, one.pkgver, one.arch))
        if entry is None:
            what = f"{one.repository}: does not list {one.pkgver} ({one.arch}), which XBPS chose"
            raise StepFailedError(what, repodata.REMEDY)
        locked.append(
            Package(one.pkgver, one.arch, one.repository, entry.hash, entry.size, tuple(names))
        )
    for name, count in Counter(one.file for one in locked).items():
        if count > 1:
            what = (
                f"{name}: comes from two repositories, but a repository has only one file of a name"
            )
            raise StepFailedError(
                what, "remove one of the two from [xbps] repositories in voidgen.toml"
            )
    return tuple(sorted(locked))
