"""The checks that a booted image has the names that [image] of voidgen.toml gives it. Pure."""

from __future__ import annotations

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
    if image.timezone:
        command = "readlink /etc/localtime\n[ -s /etc/localtime ] || echo 'no such zone'"
        yield "time zone", command, f"{FOLDER}/{image.timezone}"
