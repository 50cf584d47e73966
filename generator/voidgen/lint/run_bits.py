"""Run bits of files that nothing runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding
from voidgen.lint.scripts import STARTS
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import Image

_READ_IN = re.compile(
    r"/etc/(?:profile\.d|bash/bashrc\.d|runit/core-services)/.+"
    r"|/etc/(?:profile|bashrc|bash/bashrc|rc\.conf|zsh/[^/]+)"
    r"|/etc/sv/[^/]+/conf"
    r"|(?:/etc/skel|/root|/home/[^/]+)/\.(?:bash|z)[^/]+|.+/\.profile"
)
"""Scripts that a shell reads in: it does not look at their run bits."""
_DATA = re.compile(
    r".+\.(?:svgz?|png|jpe?g|webp|gif|ico|desktop|conf|cfg|ini|css|json|toml|ya?ml|xml|md|txt"
    r"|rules|list|theme|ttf|otf|woff2?|pdf|zip|tar|gz|xz|zst)",
    re.IGNORECASE,
)
"""Names of files that nothing runs."""
_ON_A_DESKTOP = re.compile(r".+/Desktop/[^/]+\.desktop")
"""Launchers there are trusted if they have a run bit."""
_OTHER_PROGRAMS = (b"MZ", b"PK\x03\x04", b"\xca\xfe\xba\xbe")
"""How programs begin that the kernel can be taught to run (binfmt_misc)."""


def stray(image: Image) -> Iterator[Finding]:
    """Find files that git has as executable and that are no programs, such as from a USB stick."""
    remedy = (
        "run `chmod -x` and `git update-index --chmod=-x` on it, or set its mode in [files] of "
        "module.toml"
    )
    for entry in image.resolution.entries:
        node = image.nodes.get(entry.path)
        if not entry.source or not entry.source.executable or entry.ownership.mode:
            continue
        if isinstance(node, File) and _is_stray(entry.path, node.data):
            yield Finding(entry.path, "has a run bit, and is no program", remedy, doubtful=True)


def _is_stray(path: str, data: bytes) -> bool:
    if _ON_A_DESKTOP.fullmatch(path):
        return False
    if _READ_IN.fullmatch(path) or _DATA.fullmatch(path):
        return True
    return not data.startswith((*STARTS, *_OTHER_PROGRAMS))
