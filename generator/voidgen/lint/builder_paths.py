"""Links to paths that only the machine that builds the image has."""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding
from voidgen.overlay.catalogue import FOLDER
from voidgen.tree import PROFILE, Link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

_HOME = re.compile(r"(/home/[^/]+)(?:/.*)?")
_ELSEWHERE = re.compile(r"/Users/.+|/mnt/[a-z]/.+|/run/media/.+|/media/.+/.+")


def links(image: LintedImage) -> Iterator[Finding]:
    """Find links to a home, a store path or a project that the image does not have."""
    homes = {account.home for account in image.resolution.users}
    homes.add(f"/home/{image.config.image.user}")
    projects = {
        chosen.module.name: str(chosen.module.folder.parent.parent)
        for chosen in image.resolution.modules
        if chosen.module.folder.parent.name == FOLDER
    }
    for entry in image.resolution.entries:
        node = image.nodes[entry.path]
        if not isinstance(node, Link) or node.target.startswith(PROFILE):
            continue
        target = normpath(join(dirname(entry.path), node.target))
        project = projects.get(entry.module)
        home = _HOME.fullmatch(target)
        remedy = "make it a file, or a link to a path of the image"
        if project and target.startswith(f"{project}/"):
            what = "points into this project, which the image does not have"
        elif target.startswith("/nix/store/"):
            what = "points to a store path of the machine that builds the image"
            remedy = f"name the package in [packages] nix, and link to {PROFILE}/…"
        elif (home and home[1] not in homes) or _ELSEWHERE.fullmatch(target):
            what = "points to a folder that only another machine has"
        else:
            continue
        yield Finding(entry.path, f"{entry.path} {what}: {node.target}", remedy)
