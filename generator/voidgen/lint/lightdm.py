"""LightDM as Void ships it, logged in by mklive (docs/explanation/replaced-system.md, 5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import Image

_ENVIRONMENT = re.compile(r"\s*(greeter-env|session-env)\s*=")
_AUTOLOGIN = re.compile(r"\s*(autologin-user|autologin-user-timeout|autologin-session)\s*=")


def environment(image: Image) -> Iterator[Finding]:
    """LightDM 1.32 on Void ignores these keys without a word."""
    remedy = "set the variables in a script of /etc/profile.d instead"
    for path, line, key in _keys(image, _ENVIRONMENT):
        yield Finding(path, f"LightDM ignores {key}=", remedy, line)


def autologin(image: Image) -> Iterator[Finding]:
    """A line that is active in the image logs in on the installed system, too."""
    remedy = "comment the line: mklive's boot hook uncomments it on a live system"
    for path, line, key in _keys(image, _AUTOLOGIN):
        yield Finding(path, f"{key}= is active", remedy, line)


def _keys(image: Image, pattern: re.Pattern[str]) -> Iterator[tuple[str, int, str]]:
    top = "/etc/lightdm"
    for path, _ in image.files(top):
        if path == f"{top}/lightdm.conf" or path.startswith(f"{top}/lightdm.conf.d/"):
            for number, line in image.lines(path):
                if match := pattern.match(line):
                    yield path, number, match[1]
