"""Configuration of programs that a Void system does not have, such as systemd."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.lint.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

_SERVICE = 'write a service: files/etc/sv/NAME/run, and services = ["NAME"] in module.toml'


@frozen
class Foreign:
    """Paths that only ``reader`` reads, and the Void packages that have this program."""

    paths: re.Pattern[str]
    reader: str
    remedy: str
    packages: tuple[str, ...] = ()
    doubtful: bool = False


FOREIGN = (
    Foreign(
        re.compile(r"/etc/systemd/(?:logind|sleep)\.conf(?:\.d/.+)?"),
        "systemd",
        "write the same settings into /etc/elogind",
    ),
    # systemd-boot does not need systemd, and eudev may read .link files.
    Foreign(
        re.compile(
            r"/(?:etc|usr/lib|usr/local/lib|etc/skel/\.config|usr/share)/systemd/"
            r"(?!boot/|network/[^/]+\.link$).+"
        ),
        "systemd",
        _SERVICE,
    ),
    Foreign(
        re.compile(r"/(?:etc|usr/lib)/tmpfiles\.d/.+"),
        "systemd-tmpfiles",
        "declare folders in [directories] of module.toml, and make other files in a script of "
        "/etc/runit/live-setup.d",
    ),
    Foreign(
        re.compile(r"/(?:etc|usr/lib)/sysusers\.d/.+"),
        "systemd-sysusers",
        "declare system users in [users.NAME] of module.toml",
    ),
    Foreign(
        re.compile(r"/(?:etc|usr/lib)/binfmt\.d/.+"),
        "systemd-binfmt",
        "add Void's package binfmt-support",
    ),
    Foreign(
        re.compile(r"/(?:etc|usr/lib)/environment\.d/.+"),
        "systemd",
        "set variables in a script of /etc/profile.d",
    ),
    Foreign(
        re.compile(r"/etc/(?:init\.d|rc[0-6S]\.d|runlevels|local\.d|init)/.+|/etc/inittab"),
        "sysvinit or OpenRC",
        _SERVICE,
    ),
    Foreign(re.compile(r"/etc/netplan/.+"), "netplan", "configure NetworkManager or dhcpcd"),
    Foreign(
        re.compile(r"/etc/network/interfaces(?:\.d/.+)?"),
        "ifupdown",
        "add the package ifupdown, or configure NetworkManager or dhcpcd",
        ("ifupdown", "ifupdown-ng"),
    ),
    Foreign(re.compile(r"/etc/apt/.+"), "apt", "name Void's packages in [xbps] packages", ("apt",)),
    Foreign(
        re.compile(r"/etc/pacman(?:\.d/.+|\.conf)"),
        "pacman",
        "name Void's packages in [xbps] packages",
        ("pacman",),
    ),
    Foreign(
        re.compile(r"/etc/(?:(?:yum\.repos\.d|portage|dnf|zypp)/.+|yum\.conf)"),
        "another distribution",
        "remove it",
    ),
    Foreign(re.compile(r"/etc/timezone"), "Debian", "write TIMEZONE=Area/City into /etc/rc.conf"),
    Foreign(
        re.compile(r"/etc/locale\.gen"), "another distribution", "set image.locale in voidgen.toml"
    ),
    Foreign(re.compile(r"/etc/modules"), "Debian", "put names of modules into /etc/modules-load.d"),
    Foreign(
        re.compile(r"/etc/default/(?:keyboard|console-setup)"),
        "console-setup",
        "set image.keymap in voidgen.toml",
        ("console-setup",),
    ),
    Foreign(re.compile(r"/etc/default/locale"), "Debian", "set image.locale in voidgen.toml"),
    Foreign(
        re.compile(r"/etc/initramfs-tools/.+"),
        "Debian",
        "put settings of the initramfs into /etc/dracut.conf.d",
    ),
    Foreign(re.compile(r"/etc/update-motd\.d/.+"), "Ubuntu", "write /etc/motd"),
    Foreign(
        re.compile(r"/etc/(?:cron\.(?:d|hourly|daily|weekly|monthly)/.+|crontab)"),
        "a cron daemon",
        'add a cron daemon: the package cronie, with services = ["cronie"]',
        ("cronie", "dcron", "fcron", "scron"),
        doubtful=True,
    ),
)
_TOP = ("/etc/", "/usr/lib/", "/usr/local/lib/systemd/", "/usr/share/systemd/")


def system(image: LintedImage) -> Iterator[Finding]:
    """Find files that no program of the image reads."""
    xbps = image.xbps
    for entry in image.resolution.entries:
        path = entry.path
        if not path.startswith(_TOP):
            continue
        for foreign in FOREIGN:
            if foreign.paths.fullmatch(path):
                if not xbps & {*foreign.packages}:
                    what = f"{path} has no effect: only {foreign.reader} reads it"
                    yield Finding(path, what, foreign.remedy, doubtful=foreign.doubtful)
                break
