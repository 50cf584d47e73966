"""Check that Void's repositories have packages: in the locked indexes, or today's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.edit.types import NotAtHandError
from voidgen.errors import Fault, StepFailedError, did_you_mean
from voidgen.lock import state
from voidgen.nix import limits
from voidgen.system.network_faults import UnreachableError
from voidgen.xbps import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voidgen.progress import Progress
    from voidgen.project import Project
    from voidgen.xbps.snapshot import Snapshot
    from voidgen.xbps.types import Xbps


def faults(project: Project, names: Iterable[str], progress: Progress) -> list[Fault]:
    """Return a fault for each of ``names`` that no repository of the project has.

    Raises NotAtHandError if the repositories cannot be read.
    """
    lock = state.read(project).lock
    locked = lock.xbps if lock else None
    known = {one.name for one in locked.packages} if locked else set()
    asked = [name for name in names if name not in known]
    return list(_missing(asked, _indexes(project, locked, progress))) if asked else []


def indexes(project: Project, progress: Progress) -> Snapshot:
    """Return the project's repositories as they are locked, or else as they are now.

    Raises NotAtHandError if they cannot be read.
    """
    lock = state.read(project).lock
    return _indexes(project, lock.xbps if lock else None, progress)


def _indexes(project: Project, locked: Xbps | None, progress: Progress) -> Snapshot:
    arch = project.plan.config.image.arch
    places = tuple(asked.name for asked in project.plan.resolution.repositories)
    if locked and (arch, places) == (locked.request.arch, locked.request.repositories):
        try:
            ours = [one for one in locked.repositories if one.arch == arch]
            return snapshot.fetch_locked(ours, places, progress, limits.CHECK)
        except UnreachableError as error:
            raise NotAtHandError(error.what) from None
        except StepFailedError:
            pass  # Void's repositories keep no old index: today's will do for names.
    try:
        return snapshot.fetch_current(places, [arch], progress, limits.CHECK)
    except UnreachableError as error:
        raise NotAtHandError(error.what) from None
    except StepFailedError as error:
        reason = error.what if "[xbps]" in error.what else "the repositories cannot be read"
        raise NotAtHandError(reason) from None


def _missing(names: Iterable[str], indexes: Snapshot) -> Iterator[Fault]:
    packages = {name: one for index in indexes for name, one in index.data.packages.items()}
    for name in names:
        if name in packages:
            continue
        for_it = sorted(other for other, one in packages.items() if name in one.provides)
        if for_it:
            what = f"{name!r} is not a package itself"
            yield Fault(what, remedy=f"use a package that provides it: {', '.join(for_it)}")
        else:
            what = f"no repository of [xbps] has a package {name!r}"
            yield Fault(
                what, remedy=did_you_mean(name, packages) or "no package there has a similar name"
            )
