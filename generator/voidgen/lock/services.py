"""Services by the locked packages' own lists of files: what provides them, and which are missing.

Pure. Without a lock that fits the plan, a table of Void's packages serves, and what it does not
know is only a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen import config
from voidgen.errors import Fault, did_you_mean
from voidgen.overlay import enabled
from voidgen.overlay.asker import USER, in_words
from voidgen.overlay.services import FOLDER, of_packages, packages, remedy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from voidgen.errors import Key
    from voidgen.lock.types import Lock
    from voidgen.overlay.resolution import Enabled
    from voidgen.project import Project
    from voidgen.xbps.types import Xbps


@frozen
class Findings:
    """Services that nothing provides (``faults``), or may not provide (``warnings``)."""

    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


def fitting(project: Project, lock: Lock | None) -> Xbps | None:
    """Return Void's locked packages; None if there are none, or if another plan has locked them."""
    xbps = lock.xbps if lock else None
    if xbps is None:
        return None
    plan, asked = project.plan, xbps.request
    wanted = tuple(one.name for one in plan.resolution.xbps)
    repositories = tuple(one.name for one in plan.resolution.repositories)
    if (asked.arch, asked.packages, asked.repositories) != (
        plan.config.image.arch,
        wanted,
        repositories,
    ):
        return None
    return xbps


def locked(project: Project, lock: Lock | None) -> Mapping[str, str] | None:
    """Return the package of each service of the locked packages; None if the lock does not know."""
    xbps = fitting(project, lock)
    if xbps is None or xbps.services is None:
        return None
    return {one.name: one.package for one in reversed(xbps.services)}


def available(project: Project, lock: Lock | None) -> set[str]:
    """Return the services that the image has, enabled or not."""
    found = project.plan.resolution
    own = {entry.path.split("/")[3] for entry in found.entries if entry.path.startswith(FOLDER)}
    known = locked(project, lock)
    return own | {*(of_packages({one.name for one in found.xbps}) if known is None else known)}


def provided(project: Project, lock: Lock | None) -> tuple[Enabled, ...]:
    """Return the plan's services, each with what provides it according to the lock."""
    found, known = project.plan.resolution.services, locked(project, lock)
    if known is None:
        return found
    return tuple(
        one if _of_overlay(one) else evolve(one, provider=known.get(one.name, "")) for one in found
    )


def find(project: Project, lock: Lock | None, among: Collection[str] | None = None) -> Findings:
    """Return which of the plan's services nothing provides; only those ``among``, if given."""
    missing = [
        one
        for one in provided(project, lock)
        if not one.provider and (among is None or one.name in among)
    ]
    known = locked(project, lock)
    if known is not None:
        return Findings(faults=tuple(_missing(project, one, known) for one in missing))
    return Findings(warnings=tuple(_unknown(project, one) for one in missing))


def doubts(project: Project, lock: Lock | None) -> Iterator[Fault]:
    """Yield a warning for each service that the overlay or ``disable`` names and packages lack."""
    xbps = fitting(project, lock)
    for needed, fault in project.services:
        listed = getattr(xbps, needed.kind, None)
        has = needed.known if listed is None else needed.name in {one.name for one in listed}
        if not has:
            yield fault
    order = [chosen.module for chosen in project.plan.resolution.modules]
    by_packages = {one.name for one in (xbps.enabled if xbps else None) or ()}
    settings, file = project.plan.config.services, project.folder / config.FILE
    yield from enabled.idle(settings, order, file, by_packages)


def _of_overlay(service: Enabled) -> bool:
    return service.provider.startswith("/")


def _missing(project: Project, service: Enabled, known: Mapping[str, str]) -> Fault:
    what = f"{_enables(service)}, but no locked package has /etc/sv/{service.name}"
    near = "" if packages(service.name) else did_you_mean(service.name, known)
    return _fault(project, service, what, near or _remedy(service))


def _unknown(project: Project, service: Enabled) -> Fault:
    what = (
        f"{_enables(service)}, but as far as voidgen knows, nothing in the image provides "
        f"/etc/sv/{service.name}"
    )
    how = _remedy(service)
    if project.plan.config.mklive:
        how = f"run `voidgen lock`, which finds out; if nothing does, {how}"
    return _fault(project, service, what, how)


def _enables(service: Enabled) -> str:
    verb = "enable" if len(service.by) > 1 else "enables"
    return f"{in_words(service.by)} {verb} the service {service.name!r}"


def _remedy(service: Enabled) -> str:
    if USER not in service.by:
        return remedy(service.name)
    names = packages(service.name)
    if names:
        return f"run `voidgen add xbps {names[0]}`" + "".join(f", or {one}" for one in names[1:])
    return (
        f"add its package with `voidgen add xbps`, or run `voidgen remove service {service.name}`"
    )


def _fault(project: Project, service: Enabled, what: str, how: str) -> Fault:
    link = enabled.link(service.name)
    place = next(one for one in project.plan.resolution.entries if one.path == link)
    file, key = place.file, place.key
    if USER in service.by:
        own: Key = ("services", "enable")
        index = project.plan.config.services.enable.index(service.name)
        file, key = project.folder / config.FILE, (*own, index)
    return Fault(what, file, key, remedy=how)
