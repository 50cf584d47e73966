"""Users and groups that own entries of the overlay, and those that nothing makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

from voidgen.config import accounts
from voidgen.errors import did_you_mean
from voidgen.lint.finding import Finding
from voidgen.tree import Directory, File

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from voidgen.errors import Key
    from voidgen.lint.finding import LintedImage
    from voidgen.overlay.resolution import Resolution
    from voidgen.tree import Node


@frozen
class Owner:
    """A user or group by the name that owns the entry at ``path``; ``file`` and ``key`` set it."""

    kind: Literal["user", "group"]
    name: str
    path: str
    file: Path
    key: Key


def owners(resolution: Resolution, nodes: Mapping[str, Node]) -> Iterator[tuple[Owner, Owner]]:
    """Yield the user and the group of each file and directory of a module. Pure."""
    files = {chosen.module.name: chosen.module.file for chosen in resolution.modules}
    for entry in resolution.entries:
        if entry.module and isinstance(nodes[entry.path], File | Directory):
            user, _, group = entry.ownership.owner.partition(":")
            key = ("files" if entry.source else "directories", entry.path, "owner")
            place = (entry.path, files[entry.module], key)
            yield Owner("user", user, *place), Owner("group", group, *place)


def unknown(image: LintedImage) -> Iterator[Finding]:
    """Find users and groups that no package of Void and no module makes."""
    made = {account.name for account in image.resolution.users}
    tables = accounts.tables()
    users, groups = {*tables["users"], *made}, {*tables["groups"], *made}
    for user, group in owners(image.resolution, image.nodes):
        if not _is_known(user, users):
            yield _finding(image, user, users)
            if group.name == user.name:
                continue  # One finding is enough for both.
        if not _is_known(group, groups):
            yield _finding(image, group, groups)


def _is_known(owner: Owner, known: set[str]) -> bool:
    return owner.name.isdigit() or owner.name in known


def _finding(image: LintedImage, owner: Owner, known: set[str]) -> Finding:
    if owner.name == image.config.image.user:
        what = f"the image does not have the {owner.kind} {owner.name!r}: a live boot makes it"
        remedy = "move the live user's files into files/etc/skel"
    else:
        what = f"no package of Void and no module of the image makes the {owner.kind} "
        what += repr(owner.name)
        remedy = did_you_mean(owner.name, known) or (
            f"declare it in [users.{owner.name}]; or, if a package of another repository makes it, "
            "name unknown-owner in [allow]"
        )
    return Finding(owner.path, what, remedy, place=(owner.file, owner.key))
