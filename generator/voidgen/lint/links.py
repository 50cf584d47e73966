"""Symbolic links that point to themselves or to a service that the image lacks."""

from __future__ import annotations

import re
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding, NeededService
from voidgen.overlay import enabled
from voidgen.overlay.services import provider, remedy
from voidgen.tree import Link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

RUNLEVEL = re.compile(r"/etc/runit/runsvdir/[^/]+")
SERVICES = "/etc/sv"


def loop(image: LintedImage) -> Iterator[Finding]:
    """Find links that point back to themselves: a program that follows one fails with ELOOP."""
    links = {path: node.target for path, node in image.nodes.items() if isinstance(node, Link)}
    for path in links:
        here, seen = path, set()
        while here in links and here not in seen:
            seen.add(here)
            here = normpath(join(dirname(here), links[here]))
        # A link that only leads into a loop is not part of the loop, and not wrong itself.
        if here == path:
            yield Finding(path, f"{path} points back to itself", "give it another target")


def service(image: LintedImage) -> Iterator[Finding]:
    """Find links in runlevels whose /etc/sv/NAME nothing provides: runsvdir would fail on them.

    `lock.services` checks those that ``services`` of a module or of voidgen.toml enables.
    """
    modules = [chosen.module for chosen in image.resolution.modules]
    xbps = {asked.name for asked in image.resolution.xbps}
    entries = {entry.path: entry for entry in image.resolution.entries}
    ours = {enabled.link(one.name) for one in image.resolution.services}
    for path, node in image.nodes.items():
        if path in ours or not isinstance(node, Link) or not RUNLEVEL.fullmatch(dirname(path)):
            continue
        target = normpath(join(dirname(path), node.target))
        name = basename(target)
        by = provider(name, modules, xbps, entries)
        if dirname(target) == SERVICES and not by.startswith("/"):
            what = f"as far as voidgen knows, nothing in the image provides {target}"
            needed = NeededService(name, known=bool(by))
            yield Finding(path, what, remedy(name), doubtful=True, service=needed)
