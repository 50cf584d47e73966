"""LightDM as Void ships it, with mklive's login (docs/explanation/replaced-system.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

_ENVIRONMENT = re.compile(r"\s*(greeter-env|session-env)\s*=")
_AUTOLOGIN = re.compile(r"\s*(autologin-user|autologin-user-timeout|autologin-session)\s*=")


def environment(image: LintedImage) -> Iterator[Finding]:
    """Find keys that LightDM 1.32 on Void ignores, without a message."""
    remedy = "set the variables in a script of /etc/profile.d instead"
    for path, line, key in _keys(image, _ENVIRONMENT):
        yield Finding(path, f"LightDM ignores {key}=", remedy, line)


def autologin(image: LintedImage) -> Iterator[Finding]:
    """Find lines that would also log a user in on the installed system."""
    remedy = "comment the line out: mklive's boot hook activates it on a live system"
    for path, line, key in _keys(image, _AUTOLOGIN):
        yield Finding(path, f"{key}= is also active on the installed system", remedy, line)


def _keys(image: LintedImage, pattern: re.Pattern[str]) -> Iterator[tuple[str, int, str]]:
    top = "/etc/lightdm"
    for path, _ in image.files(top):
        if path == f"{top}/lightdm.conf" or path.startswith(f"{top}/lightdm.conf.d/"):
            for number, line in image.lines(path):
                if match := pattern.match(line):
                    yield path, number, match[1]
