"""Owners of overlay files whose packages are not locked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.config import accounts
from voidgen.errors import Fault
from voidgen.tree import Directory, File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lock.types import Lock
    from voidgen.project import Project


ROOT = "rootfs"
"""mklive's name of the root tree of the image (voidgen.lock, `transactions`)."""


def faults(project: Project, lock: Lock | None) -> Iterator[Fault]:
    """Yield a fault for each owner that only packages of Void make that are not locked.

    Users and groups that the table of accounts does not have are ignored.
    """
    if lock is None or lock.xbps is None:
        return
    locked = {package.name for package in lock.xbps.packages if ROOT in package.transactions}
    locked.add(accounts.BASE)
    tables = accounts.tables()
    modules = {chosen.module.name: chosen.module for chosen in project.plan.resolution.modules}
    made = {account.name for account in project.plan.resolution.users}
    for entry in project.plan.resolution.entries:
        if not isinstance(project.overlay[entry.path], File | Directory):
            continue
        user, _, group = entry.ownership.owner.partition(":")
        for kind, name, table in (
            ("user", user, tables["users"]),
            ("group", group, tables["groups"]),
        ):
            makers = table.get(name, ())
            if makers and name not in made and locked.isdisjoint(makers):
                what = f"no locked package makes the {kind} {name!r}"
                remedy = f"add to [packages] xbps: {' or '.join(makers)}"
                key = ("files" if entry.source else "directories", entry.path, "owner")
                yield Fault(what, modules[entry.module].file, key, remedy=remedy)
