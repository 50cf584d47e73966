"""Users and groups that the image names, but no locked package makes."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from voidgen import config
from voidgen.config import accounts
from voidgen.errors import Fault
from voidgen.lint.owners import owners
from voidgen.overlay import live_groups
from voidgen.xbps.types import IMAGE_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lock.types import Lock
    from voidgen.project import Project


def groups(project: Project, lock: Lock | None) -> Iterator[Fault]:
    """Yield a fault for each of `[image] groups` that nothing in the image seems to make.

    Without a ``lock``, only groups that no package of Void makes are found.
    """
    plan = project.plan
    declared = {account.name for account in plan.resolution.users}
    file = project.folder / config.FILE
    return live_groups.missing(plan.config.image, declared, _packages(lock), file)


def faults(project: Project, lock: Lock | None) -> Iterator[Fault]:
    """Yield a fault for each owner that only packages of Void make that are not locked.

    Users and groups that the table of accounts does not have are ignored.
    """
    locked = _packages(lock)
    if locked is None:
        return
    tables = accounts.tables()
    makers_of = {"user": tables["users"], "group": tables["groups"]}
    made = {account.name for account in project.plan.resolution.users}
    for owner in chain.from_iterable(owners(project.plan.resolution, project.overlay)):
        makers = makers_of[owner.kind].get(owner.name, ())
        if makers and owner.name not in made and locked.isdisjoint(makers):
            what = f"no locked package makes the {owner.kind} {owner.name!r}"
            remedy = f"add to [packages] xbps: {' or '.join(makers)}"
            yield Fault(what, owner.file, owner.key, remedy=remedy)


def _packages(lock: Lock | None) -> set[str] | None:
    """Return the names of the root tree's locked packages; None if they are not locked."""
    if lock is None or lock.xbps is None:
        return None
    found = {package.name for package in lock.xbps.packages if IMAGE_ROOT in package.transactions}
    return found | {accounts.BASE}
