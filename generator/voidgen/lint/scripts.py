"""Programs that the system runs by their path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import Image

RUN = re.compile(
    r"(?:/usr)?(?:/local)?/bin/[^/]+"
    r"|/usr/(?:local/)?(?:s?bin|libexec)/.+"
    r"|/etc/sv/[^/]+/(?:run|finish|check|log/run|control/.)"
    r"|/etc/runit/(?:[123]|ctrlaltdel|live-setup\.sh|live-setup\.d/[^/]+)"
    r"|/etc/(?:rc\.local|rc\.shutdown|X11/xinit/xinitrc|lightdm/Xsession)"
    r"|/etc/(?:zzz\.d/(?:suspend|resume)|kernel\.d/[^/]+|elogind/system-sleep)/[^/]+"
    r"|/etc/(?:NetworkManager/dispatcher\.d/(?:[^/]+\.d/)?|cron\.(?:hour|dai|week|month)ly/)[^/]+"
)
"""Paths that runit, login or a user runs; parts that a shell reads in are not among them."""

STARTS = (b"#!", b"\x7fELF")


def mode(image: Image) -> Iterator[Finding]:
    """The kernel runs a file with a run bit that is an ELF program or begins with ``#!``."""
    for path, node in image.files(""):
        if not RUN.fullmatch(path):
            continue
        if not node.data.startswith(STARTS):
            yield Finding(path, f"{path} is run, and does not begin with #!", "write #!/bin/sh", 1)
        elif not node.executable:
            remedy = "give it a mode with a run bit in [files], or none there"
            yield Finding(path, f"{path} is run, and has mode {node.mode:04o}", remedy)
