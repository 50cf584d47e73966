"""dconf databases: keys without effect, and files that nothing compiles or reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.dconf import KEYFILES, LOCKS
from voidgen.lint.finding import Finding
from voidgen.tree import DCONF_DATABASE, Made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

_FOLDER = re.compile(r"(/etc/dconf/db/([^/]+))\.d/.+")
_GROUP = re.compile(r"\s*\[(.*)\]\s*")
_OF_PACKAGES = {"gdm"}
"""Databases that a package's profile names (gdm: /usr/share/dconf/profile/gdm)."""


def databases(image: LintedImage) -> Iterator[Finding]:
    """Find keyfiles that no [dconf] compiles, and databases that no dconf profile names."""
    compiled = {
        node.recipe.arguments["keyfiles"]: path
        for path, node in image.nodes.items()
        if isinstance(node, Made) and node.recipe.kind == DCONF_DATABASE
    }
    seen = set()
    for entry in image.resolution.entries:
        match = _FOLDER.fullmatch(entry.path)
        if not match or match[1] in seen:
            continue
        database, folder = match[1], f"{match[1]}.d"
        seen.add(database)
        if folder in compiled or database in image.nodes or image.runs("dconf update"):
            continue
        what = f"nothing compiles {folder} into {database}, and dconf reads only the latter"
        remedy = f'add to module.toml: [dconf] "{database}" = "{folder}"'
        yield Finding(entry.path, what, remedy)
    profiles = [node.data.decode(errors="replace") for _, node in image.files("/etc/dconf/profile")]
    for database in compiled.values():
        name = database.rpartition("/")[2]
        line = re.compile(rf"^\s*system-db:{re.escape(name)}\s*$", re.MULTILINE)
        is_named = any(map(line.search, profiles)) or image.runs(f"system-db:{name}")
        if name not in _OF_PACKAGES and not is_named:
            what = f"no dconf profile in the overlay names {database}, so dconf does not read it"
            remedy = f"add the lines user-db:user and system-db:{name} to /etc/dconf/profile/user"
            yield Finding(database, what, remedy, doubtful=True)


def syntax(image: LintedImage) -> Iterator[Finding]:
    """Find names of schemas instead of paths: dconf accepts them, but nothing reads them."""
    for path in image.nodes:
        if LOCKS.fullmatch(path):
            yield from _locks(image, path)
        elif KEYFILES.fullmatch(path):
            yield from _groups(image, path)


def _locks(image: LintedImage, path: str) -> Iterator[Finding]:
    for number, line in image.lines(path):
        key = line.strip()
        if key and not key.startswith(("/", "#")):
            what = f"dconf ignores the lock {key!r}: it does not begin with /"
            right = "/" + key.replace(".", "/") if "/" not in key else f"/{key}"
            yield Finding(path, what, f"write the key's path, such as {right}", number)


def _groups(image: LintedImage, path: str) -> Iterator[Finding]:
    for number, line in image.lines(path):
        match = _GROUP.fullmatch(line)
        if not match:
            continue
        group = match[1]
        if "." in group and "/" not in group:
            what = f"[{group}] is the name of a schema: its keys have no effect"
            yield Finding(path, what, f"write its path: [{group.replace('.', '/')}]", number)
        elif group != "/" and (group.startswith("/") or group.endswith("/")):
            what = f"dconf refuses [{group}]: it begins or ends with /"
            yield Finding(path, what, f"write [{group.strip('/')}]", number)
