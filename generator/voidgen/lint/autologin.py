"""Settings that log a user in without a password (void-mklive, dracut/vmklive)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

LIGHTDM = "/etc/lightdm/lightdm.conf"
SESSION = "/etc/lightdm/.session"
_CONSOLE = re.compile(r"/etc/sv/agetty-[^/]+/(?:conf|run)")
_LOGIN = re.compile(r"[^#]*\s[\"']?(?:-a|--autologin)[ =]")
_DISPLAY_MANAGERS = {
    "/etc/gdm/custom.conf": re.compile(r"\s*AutomaticLogin\s*=\s*\S"),
    "/etc/greetd/config.toml": re.compile(r"\s*\[\s*initial_session\s*\]"),
    "/etc/lxdm/lxdm.conf": re.compile(r"\s*autologin\s*=\s*\S"),
}
"""The line that logs a user in, by the file of a display manager."""
_SDDM = "/etc/sddm.conf.d"
_SECTION = re.compile(r"\s*\[Autologin\]\s*")
_ALSO_INSTALLED = "also logs a user in on the installed system"
_USER = re.compile(r"\s*autologin-user=")


def logins(image: LintedImage) -> Iterator[Finding]:
    """Find logins that also happen on an installed system, or not even on a live one."""
    if isinstance(image.nodes.get(LIGHTDM), File):
        yield from _lightdm(image)
    for path, _ in image.files("/etc/sv"):
        if not _CONSOLE.fullmatch(path):
            continue
        for number, line in image.lines(path):
            if _LOGIN.match(f" {line.replace('=', ' ', 1)}"):
                remedy = "remove it, and add live.autologin to image.cmdline"
                yield Finding(path, _ALSO_INSTALLED, remedy, number, doubtful=True)
    yield from _display_managers(image)


def _display_managers(image: LintedImage) -> Iterator[Finding]:
    for path, pattern in _DISPLAY_MANAGERS.items():
        for number, line in image.lines(path):
            if pattern.match(line):
                remedy = "remove it, and write it at boot in a script of /etc/runit/live-setup.d"
                yield Finding(path, _ALSO_INSTALLED, remedy, number, doubtful=True)
    for path, _ in image.files(_SDDM):
        for number, line in image.lines(path):
            if _SECTION.fullmatch(line):
                what = "mklive's boot hook writes [Autologin] into /etc/sddm.conf, which wins"
                remedy = (
                    "remove it, and change /etc/sddm.conf in a script of /etc/runit/live-setup.d"
                )
                yield Finding(path, what, remedy, number, doubtful=True)


def _lightdm(image: LintedImage) -> Iterator[Finding]:
    text = [line for _, line in image.lines(LIGHTDM)]
    if any(map(_USER.match, text)):
        return  # The rule `lightdm-autologin` finds that line.
    if not any(line.startswith("#autologin-user=") for line in text):
        what = (
            "LightDM does not log the live user in: mklive's boot hook needs a line that begins "
            "with #autologin-user="
        )
        remedy = "add the lines #autologin-user=, #autologin-session= and #user-session="
        yield Finding(LIGHTDM, what, remedy, doubtful=True)
    elif SESSION not in image.nodes:
        what = f"mklive's boot hook takes the session from {SESSION}, which is not in the overlay"
        yield Finding(LIGHTDM, what, f"write the session's name into {SESSION}", doubtful=True)
