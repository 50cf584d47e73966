"""From what is asked for to locked packages: XBPS resolves, and verifies what it resolved."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.xbps import keys, programs, snapshot, store, transactions, unresolved
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
    """Where packages come from; ``mklive`` is its source, ``tools`` holds XBPS's programs.

    ``askers`` says who asks for each package of the image.
    """

    mklive: Path
    tools: Path
    trusted: tuple[Trusted, ...]
    indexes: Snapshot
    mirrors: tuple[str, ...]
    caches: Caches
    askers: Mapping[str, tuple[Asker, ...]]


def resolve(request: Request, sources: Sources, work: Path, progress: Progress) -> Xbps:
    """Lock every package that mklive installs for ``request``; ``work`` is a folder of ours.

    All files are fetched, and their signatures verified by XBPS: later the hashes stand for
    them. Raises StepFailedError where XBPS cannot resolve, fetch or verify one.
    """
    indexes, trusted, tools = sources.indexes, sources.trusted, sources.tools
    repositories = tuple(
        sorted(
            Repository(index.url, index.arch, index.hash, keys.signer(index, trusted))
            for index in indexes
        )
    )
    laid, followed, signed = (work / name for name in ("snapshot", "followed", "signed"))
    snapshot.lay(indexes, {key.fingerprint: key.data for key in trusted}, laid)
    with progress.step("following mklive's steps"):
        steps = transactions.follow(sources.mklive, request, laid, tools, followed)
        runs = [(one, programs.dry_run(tools, one, request.repositories)) for one in steps]
    unresolved.check(runs, sources.askers, indexes)
    packages = look_up({one.name: done.found for one, done in runs}, indexes)
    store.fetch(packages, sources.mirrors, progress, sources.caches)
    store.sign(packages, sources.mirrors, signed, progress)
    with progress.step(f"verifying {len(packages)} packages"):
        try:
            for one in steps:
                programs.verify(tools, one, request.repositories, signed)
        except StepFailedError:
            store.forget_signatures(packages)
            raise
    used = {one.key for one in repositories}
    return Xbps(request, keys.locked(trusted, used), repositories, packages)


def look_up(
    found: Mapping[str, Sequence[Resolved]], indexes: Iterable[Index]
) -> tuple[Package, ...]:
    """Hash and size of each package ``found``, by transaction; each package once. Pure.

    Raises StepFailedError where an index does not list what XBPS found in it, and where two
    repositories give files of one name.
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
            raise StepFailedError(what, "tell the repository's owner, or take another mirror")
        locked.append(
            Package(one.pkgver, one.arch, one.repository, entry.hash, entry.size, tuple(names))
        )
    for name, count in Counter(one.file for one in locked).items():
        if count > 1:
            what = f"{name}: comes from two repositories, and in one folder there is room for one"
            raise StepFailedError(what, "take one of the two out of [xbps] repositories")
    return tuple(sorted(locked))
