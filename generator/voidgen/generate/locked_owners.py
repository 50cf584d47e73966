"""Owners of overlay files whose packages are not locked."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from voidgen.config import accounts
from voidgen.errors import Fault
from voidgen.lint.owners import owners
from voidgen.xbps.types import IMAGE_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lock.types import Lock
    from voidgen.project import Project


def faults(project: Project, lock: Lock | None) -> Iterator[Fault]:
    """Yield a fault for each owner that only packages of Void make that are not locked.

    Users and groups that the table of accounts does not have are ignored.
    """
    if lock is None or lock.xbps is None:
        return
    locked = {package.name for package in lock.xbps.packages if IMAGE_ROOT in package.transactions}
    locked.add(accounts.BASE)
    tables = accounts.tables()
    makers_of = {"user": tables["users"], "group": tables["groups"]}
    made = {account.name for account in project.plan.resolution.users}
    for owner in chain.from_iterable(owners(project.plan.resolution, project.overlay)):
        makers = makers_of[owner.kind].get(owner.name, ())
        if makers and owner.name not in made and locked.isdisjoint(makers):
            what = f"no locked package makes the {owner.kind} {owner.name!r}"
            remedy = f"add to [packages] xbps: {' or '.join(makers)}"
            yield Fault(what, owner.file, owner.key, remedy=remedy)
