"""System users that modules declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.config import accounts
from voidgen.errors import Fault, Key, did_you_mean
from voidgen.overlay import asker
from voidgen.overlay.resolution import Account

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from voidgen.config.types import Config
    from voidgen.overlay.types import Module


def declared(modules: Iterable[Module]) -> tuple[Account, ...]:
    """Return the users of all modules, sorted by name."""
    found = [
        Account(
            name,
            asker.module(module.name),
            user.uid,
            user.home,
            user.shell,
            user.groups,
            user.description or f"{name} unprivileged user",
        )
        for module in modules
        for name, user in module.spec.users.items()
    ]
    return tuple(sorted(found, key=lambda account: (account.name, account.by)))


def faults(modules: Iterable[Module], config: Config, xbps: Collection[str]) -> Iterator[Fault]:
    """Yield what is wrong with the users of ``modules``, in an image with the packages ``xbps``."""
    by_name: dict[str, str] = {}
    by_uid: dict[int, str] = {}
    order = list(modules)
    groups = {*accounts.tables()["groups"], *(name for one in order for name in one.spec.users)}
    for module in order:
        for name, user in module.spec.users.items():
            key: Key = ("users", name)
            if what := _taken(name, config, xbps):
                yield Fault(what, module.file, key, remedy="choose another name")
            other = by_name.setdefault(name, module.name)
            if other != module.name:
                what = f"modules {other!r} and {module.name!r} both declare the user {name!r}"
                yield Fault(what, module.file, key, remedy="keep it in one of them")
            elif user.uid and by_uid.setdefault(user.uid, name) != name:
                what = f"{name!r} and {by_uid[user.uid]!r} both have the number {user.uid}"
                yield Fault(what, module.file, (*key, "uid"), remedy="leave out one of the two")
            for index, group in enumerate(user.groups):
                if group not in groups:
                    what = (
                        f"no package of Void and no module of the image makes the group {group!r}"
                    )
                    remedy = did_you_mean(group, groups) or f"declare it: [users.{group}]"
                    yield Fault(what, module.file, (*key, "groups", index), remedy=remedy)


def _taken(name: str, config: Config, xbps: Collection[str]) -> str:
    if name == config.image.user:
        return f"{name!r} is the live user (image.user)"
    makers = accounts.makers(name)
    for package in makers:
        if package == accounts.BASE or package in xbps:
            return f"package {package} makes {name!r} already"
    return ""
