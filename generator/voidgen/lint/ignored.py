"""Folders whose reader ignores files unless their names have a certain form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding
from voidgen.lint.litter import is_litter
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from voidgen.lint.finding import LintedImage

_ENDINGS: Mapping[str, str] = {
    "/etc/NetworkManager/conf.d": ".conf",
    "/etc/X11/xorg.conf.d": ".conf",
    "/etc/alsa/conf.d": ".conf",
    "/etc/bash/bashrc.d": ".sh",
    "/etc/dbus-1/session.d": ".conf",
    "/etc/dbus-1/system.d": ".conf",
    "/etc/dracut.conf.d": ".conf",
    "/etc/elogind/logind.conf.d": ".conf",
    "/etc/elogind/sleep.conf.d": ".conf",
    "/etc/ld.so.conf.d": ".conf",
    "/etc/lightdm/lightdm.conf.d": ".conf",
    "/etc/modprobe.d": ".conf",
    "/etc/modules-load.d": ".conf",
    "/etc/pipewire/pipewire.conf.d": ".conf",
    "/etc/polkit-1/rules.d": ".rules",
    "/etc/profile.d": ".sh",
    "/etc/runit/core-services": ".sh",
    "/etc/runit/shutdown.d": ".sh",
    "/etc/security/limits.d": ".conf",
    "/etc/ssh/sshd_config.d": ".conf",
    "/etc/sysctl.d": ".conf",
    "/etc/udev/rules.d": ".rules",
    "/etc/wireplumber/wireplumber.conf.d": ".conf",
    "/etc/xbps.d": ".conf",
    "/etc/xdg/autostart": ".desktop",
    "/usr/lib/modprobe.d": ".conf",
    "/usr/lib/modules-load.d": ".conf",
    "/usr/lib/sysctl.d": ".conf",
    "/usr/lib/udev/rules.d": ".rules",
    "/usr/share/X11/xorg.conf.d": ".conf",
    "/usr/share/dbus-1/services": ".service",
    "/usr/share/dbus-1/system-services": ".service",
    "/usr/share/dbus-1/system.d": ".conf",
    "/usr/share/wayland-sessions": ".desktop",
    "/usr/share/xbps.d": ".conf",
    "/usr/share/xsessions": ".desktop",
}
"""The ending that names must have, by the manual page or source of the folder's reader."""

_FONTS = "/etc/fonts/conf.d"
_PROFILES = "/etc/profile.d"
_SWITCHED_OFF = re.compile(
    r"README(?:\..*)?|\..*|.*\.(?:disabled|off|example|sample|dist|in|md|txt|keep)", re.IGNORECASE
)
"""Names that people give to files that nothing is to read."""


def names(image: LintedImage) -> Iterator[Finding]:
    """Find files that their folder's reader ignores."""
    for path, node in image.nodes.items():
        folder, _, name = path.rpartition("/")
        if not isinstance(node, File) or _SWITCHED_OFF.fullmatch(name) or is_litter(name):
            continue
        ending = _ENDINGS.get(folder)
        # Shells other than sh may have their own scripts there.
        if folder == _PROFILES and name.endswith((".csh", ".fish", ".zsh")):
            continue
        if ending and not name.endswith(ending):
            what = f"has no effect: in {folder}, only files that end in {ending} are read"
            yield Finding(path, what, f"rename it to {_stem(name)}{ending}")
        elif folder == _FONTS and not re.fullmatch(r"[0-9].*\.conf", name):
            what = (
                f"has no effect: in {folder}, only files that begin with a digit and end in .conf "
                "are read"
            )
            yield Finding(path, what, f"rename it to 60-{_stem(name)}.conf")


def _stem(name: str) -> str:
    """Return ``name`` without an ending that looks like a wrong spelling of the right one."""
    return re.sub(r"(?<=.)\.(?:conf|cfg|config|rule|rules|sh|bash|ini|desktop|service)$", "", name)
