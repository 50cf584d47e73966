"""The checks that a booted image has the names that [image] of voidgen.toml gives it. Pure."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from voidgen.config.timezones import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.plan.documents import PlannedImage

_LABEL = """\
read -r line < /proc/cmdline
case " $line " in
*' root=live:http'*) ;;
*' root=live:CDLABEL={0} '*) blkid -t LABEL={0} > /dev/null || echo 'no medium has it' ;;
*) echo "the system looked for another one: $line" ;;
esac
"""
"""Over a network, there is no medium."""
_SHELL = """\
getent passwd {0} | cut -d : -f 7
[ -x {1} ] || echo 'no such program'
grep -qxF {1} /etc/shells || echo 'not in /etc/shells'
"""
_GROUPS = """\
own=$(id -gn {0})
id -Gn {0} | tr ' ' '\\n' | grep -vxF "$own" | LC_ALL=C sort | paste -sd ' ' -
"""
"""The groups besides the user's own, on one line."""


def of_image(image: PlannedImage) -> Iterator[tuple[str, str, str]]:
    """Yield each check's name, its command, and what that must print."""
    if image.hostname:
        command = "cat /proc/sys/kernel/hostname /etc/hostname"
        yield "host name", command, f"{image.hostname}\n{image.hostname}"
    if image.version or image.os_release:
        command = '. /etc/os-release\nprintf "%s %s" "$ID" "$IMAGE_VERSION"'
        yield "os-release", command, f"void {image.version or ''}"
        command = "xbps-pkgdb base-files 2>&1 | grep os-release || :"
        yield "XBPS takes os-release as it is", command, ""
    if image.volume_label:
        yield "volume label", _LABEL.format(image.volume_label), ""
    yield from _of_accounts(image)
    if image.timezone:
        command = "readlink /etc/localtime\n[ -s /etc/localtime ] || echo 'no such zone'"
        yield "time zone", command, f"{FOLDER}/{image.timezone}"


def _of_accounts(image: PlannedImage) -> Iterator[tuple[str, str, str]]:
    """Yield the checks of shells, which must be in /etc/shells, and of groups."""
    user = shlex.quote(image.user)
    for name, account, shell in (
        ("root's shell", "root", image.root_shell),
        ("the live user's shell", user, image.user_shell),
    ):
        if shell:
            yield name, _SHELL.format(account, shlex.quote(shell)), shell
    if image.groups is not None:
        groups = " ".join(sorted(image.groups))
        yield "the live user's groups", _GROUPS.format(user), groups
