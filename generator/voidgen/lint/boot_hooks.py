"""Files that a live boot overwrites or hides below a mount.

mklive's hooks in the initramfs are in void-mklive's dracut/vmklive.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from voidgen.lint.finding import LintedImage

_PUT_BACK = "add the module runit-live, which puts the overlay's file back at boot"
OVERWRITTEN: Mapping[str, str] = {
    "/etc/default/live.conf": "set image.user in voidgen.toml",
    "/etc/hostname": _PUT_BACK,
    "/etc/locale.conf": "set image.locale in voidgen.toml; other variables go into a script of "
    "/etc/profile.d",
    "/etc/polkit-1/rules.d/void-live.rules": "give it another name: polkit reads the whole folder",
    "/etc/sddm.conf": _PUT_BACK,
    "/etc/sudoers.d/99-void-live": "use the options sudo and sudo-rules of the module live-user, "
    "or give the file another name",
}
"""Files that a hook overwrites, and what to do instead."""

NETWORKS: Mapping[str, str] = {
    "NetworkManager": "set dns=none in a file of /etc/NetworkManager/conf.d",
    "dhcpcd": "write `static domain_name_servers=` into /etc/dhcpcd.conf",
}
"""Services that write /etc/resolv.conf, each with how to stop it or set the servers there."""

RESOLV_CONF = "/etc/resolv.conf"
LOCALE_CONF = "/etc/locale.conf"
VCONSOLE = "/etc/vconsole.conf"
RC_CONF = "/etc/rc.conf"
LIVE_SETUP = "/etc/runit/live-setup.d"

_LANG = re.compile(r"\s*LANG=[\"']?([^\"'\s]*)")
_SET = re.compile(r"\s*(KEYMAP|HOSTNAME|TIMEZONE)=[\"']?([^\"'\s]*)")
_COMMENTED = "#KEYMAP="


def overwrites(image: LintedImage) -> Iterator[Finding]:
    """Find files that a live boot overwrites or hides, and settings that have no effect."""
    for path, remedy in OVERWRITTEN.items():
        if path in image.nodes and not _is_restored(image, path):
            yield Finding(path, f"mklive's boot hook overwrites {path} at every live boot", remedy)
    yield from _locale_conf(image)
    if VCONSOLE in image.nodes:
        what = (
            f"if {VCONSOLE} exists, mklive's boot hook writes the keymap into it, "
            f"but Void reads only {RC_CONF}"
        )
        yield Finding(VCONSOLE, what, "remove it and set image.keymap in voidgen.toml")
    if isinstance(image.nodes.get(RC_CONF), File):
        yield from _rc_conf(image)
    if "/etc/fstab" not in image.nodes:
        for entry in image.resolution.entries:
            if entry.path.startswith("/tmp/"):  # noqa: S108 - a path of the image
                what = f"a tmpfs is mounted over {entry.path} at boot (/etc/fstab of base-files)"
                yield Finding(entry.path, what, "put it into /var/tmp or another folder")
    if RESOLV_CONF in image.nodes:
        yield from _resolv_conf(image)


def _resolv_conf(image: LintedImage) -> Iterator[Finding]:
    for service in image.resolution.services:
        if service.name in NETWORKS:
            what = f"the service {service.name} overwrites {RESOLV_CONF} when a network comes up"
            yield Finding(RESOLV_CONF, what, NETWORKS[service.name], doubtful=True)
            return


def _is_restored(image: LintedImage, path: str) -> bool:
    """Return whether a script of live-setup, which runs after the hooks, names the file."""
    return any(path.encode() in part.data for _, part in image.files(LIVE_SETUP))


def _locale_conf(image: LintedImage) -> Iterator[Finding]:
    """Find a LANG that the image does not have: mklive generates only image.locale."""
    locale = image.config.image.locale
    for number, line in image.lines(LOCALE_CONF) if _is_restored(image, LOCALE_CONF) else ():
        match = _LANG.match(line)
        if match and match[1] != locale:
            what = f"LANG is {match[1]!r}, but image.locale is {locale!r}"
            yield Finding(LOCALE_CONF, what, "set image.locale in voidgen.toml", number)


def _timezone(wanted: str | None, found: str, number: int) -> Iterator[Finding]:
    """Find a time zone that is not image.timezone: stage 1 links it to /etc/localtime."""
    if wanted and found not in {"", wanted}:
        what = f"TIMEZONE is {found!r}, but image.timezone is {wanted!r}"
        yield Finding(RC_CONF, what, "remove this line: image.timezone is enough", number)


def _rc_conf(image: LintedImage) -> Iterator[Finding]:
    keymap = image.config.image.console().name
    is_keymap_written = False
    for number, line in image.lines(RC_CONF):
        is_keymap_written |= line.startswith(_COMMENTED)
        match = _SET.match(line)
        if match and match[1] == "HOSTNAME":
            what = "HOSTNAME has no effect: Void reads /etc/hostname after it"
            yield Finding(RC_CONF, what, "set image.hostname in voidgen.toml", number)
        elif match and match[1] == "TIMEZONE":
            yield from _timezone(image.config.image.timezone, match[2], number)
        elif match:
            is_keymap_written = True
            if match[2] != keymap:
                what = f"KEYMAP is {match[2]!r}, but image.keymap is {keymap!r}"
                remedy = f"set image.keymap in voidgen.toml, and write {_COMMENTED} here"
                yield Finding(RC_CONF, what, remedy, number)
    if not is_keymap_written and keymap != "us":
        what = f"has no line {_COMMENTED}, into which mklive's boot hook writes the keymap"
        yield Finding(RC_CONF, what, f'add the line {_COMMENTED}"{keymap}"')
