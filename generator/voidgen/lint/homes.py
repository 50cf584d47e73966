"""Files of accounts, and files in homes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding
from voidgen.tree import Directory, File

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from voidgen.lint.finding import LintedImage
    from voidgen.tree import Node

_SYSTEM = "declare system users in [users.NAME] of module.toml; the live user is image.user"
_RANGES = "remove it: useradd gives the live user a range at boot"
FILES: Mapping[str, str] = {
    "/etc/passwd": _SYSTEM,
    "/etc/shadow": _SYSTEM,
    "/etc/group": f"{_SYSTEM}, and the module live-user has its groups as an option",
    "/etc/gshadow": f"{_SYSTEM}, and the module live-user has its groups as an option",
    "/etc/subuid": _RANGES,
    "/etc/subgid": _RANGES,
}
"""Files that packages' scripts and useradd write, each with what to do instead."""

_HOME = re.compile(r"(/home/([^/]+))(?:/.*)?")


def account_files(image: LintedImage) -> Iterator[Finding]:
    """Find files that would replace all accounts, among them those that packages made."""
    for path, remedy in FILES.items():
        if path in image.nodes:
            what = f"{path} replaces the file into which packages' scripts wrote their accounts"
            yield Finding(path, what, remedy)


def homes(image: LintedImage) -> Iterator[Finding]:
    """Find files in a home that would belong to root, and stop useradd from copying /etc/skel."""
    user = image.config.image.user
    own = {account.home for account in image.resolution.users}
    remedy = "move it to files/etc/skel: useradd copies that into the live user's home at boot"
    for home, paths in _by_home(image).items():
        if home in own or (home == f"/home/{user}" and _is_given_away(home, paths, image.nodes)):
            continue
        more = f" (and {len(paths) - 1} more below {home})" if len(paths) > 1 else ""
        if home == f"/home/{user}":
            what = (
                f"{paths[0]} would belong to root{more}: if the home exists, useradd does not "
                "change its owner and does not copy /etc/skel into it"
            )
            yield Finding(paths[0], what, remedy)
        elif any(_is_roots(image.nodes[path]) for path in paths):
            what = f"{home} would belong to root{more}: the image has only the user {user!r}"
            yield Finding(paths[0], what, remedy, doubtful=True)


def _by_home(image: LintedImage) -> dict[str, list[str]]:
    """Return the paths of the entries in each folder of /home."""
    found: dict[str, list[str]] = {}
    for entry in image.resolution.entries:
        if match := _HOME.fullmatch(entry.path):
            found.setdefault(match[1], []).append(entry.path)
    return found


def _is_given_away(home: str, paths: Collection[str], nodes: Mapping[str, Node]) -> bool:
    """Return whether the home and all in it have an owner other than root, such as 1000:1000."""
    top = nodes[home]
    inner = [nodes[path] for path in nodes if path.startswith(f"{home}/")]
    is_home_given = isinstance(top, Directory) and not _is_roots(top)
    return is_home_given and bool(paths) and not any(map(_is_roots, inner))


def _is_roots(node: Node) -> bool:
    return not isinstance(node, File | Directory) or node.owner in {"root", "0"}
