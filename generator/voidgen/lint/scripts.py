"""Programs that the system runs by their path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

RUN = re.compile(
    r"(?:/usr)?(?:/local)?/bin/[^/]+"
    r"|/usr/(?:local/)?(?:s?bin|libexec)/.+"
    r"|/etc/sv/[^/]+/(?:run|finish|check|log/run|control/.)"
    r"|/etc/runit/(?:[123]|ctrlaltdel|live-setup\.sh|live-setup\.d/[^/]+)"
    r"|/etc/(?:rc\.local|rc\.shutdown|X11/xinit/xinitrc|lightdm/Xsession)"
    r"|/etc/(?:zzz\.d/(?:suspend|resume)|kernel\.d/[^/]+|elogind/system-sleep)/[^/]+"
    r"|/etc/(?:NetworkManager/dispatcher\.d/(?:[^/]+\.d/)?|cron\.(?:hour|dai|week|month)ly/)[^/]+"
)
"""Paths that runit, login or a user runs, without scripts that a shell sources."""

STARTS = (b"#!", b"\x7fELF")
"""The first bytes of files that the kernel can run."""


def not_runnable(image: LintedImage) -> Iterator[Finding]:
    """Find programs that the kernel cannot run: without a run bit, or neither ELF nor ``#!``."""
    for path, node in image.files(""):
        if not RUN.fullmatch(path):
            continue
        if not node.data.startswith(STARTS):
            what = f"something runs {path} as a program, but it does not begin with #!"
            yield Finding(path, what, "begin it with #!/bin/sh", 1)
        elif not node.executable:
            what = f"something runs {path} as a program, but it has mode {node.mode:04o}"
            remedy = "in [files], give it a mode with a run bit, or remove its mode"
            yield Finding(path, what, remedy)
