"""The paths of the overlay that [image] of voidgen.toml asks for. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.config.timezones import FOLDER
from voidgen.overlay import live_groups
from voidgen.overlay.paths import Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from voidgen.config.image import ImageConfig

HOSTNAME, HOSTS, LOCALTIME = "/etc/hostname", "/etc/hosts", "/etc/localtime"
OS_RELEASE, KEPT = "/etc/os-release", "/etc/xbps.d/50-os-release.conf"

_VOID = {
    "NAME": "Void",
    "ID": "void",
    "PRETTY_NAME": "Void Linux",
    "HOME_URL": "https://voidlinux.org/",
    "DOCUMENTATION_URL": "https://docs.voidlinux.org/",
    "LOGO": "void-logo",
    "ANSI_COLOR": "0;38;2;71;128;97",
    "DISTRIB_ID": "void",
}
"""/usr/lib/os-release of base-files 0.146, to which its /etc/os-release is a link."""
_KEPT = """\
# /etc/os-release is the image's own: XBPS neither replaces it nor reports it (xbps.d(5)).
noextract=/etc/os-release
"""

_HOSTS = """\
# The lines of Void's base-files, and the host name. 127.0.1.1 is also this machine.
127.0.0.1\tlocalhost.localdomain\tlocalhost
::1\tlocalhost.localdomain\tlocalhost ip6-localhost
127.0.1.1\t{name}
"""


def entries(image: ImageConfig, others: Collection[str], file: Path) -> Iterator[Entry]:
    """Yield the entries that ``image`` asks for in ``file``, which is voidgen.toml.

    ``others`` are the paths of the modules. A module's own /etc/hosts stays as it is.
    """
    if image.hostname:
        key = ("image", "hostname")
        yield Entry(HOSTNAME, "", file, key, content=f"{image.hostname}\n".encode())
        if HOSTS not in others:
            hosts = _HOSTS.format(name=image.hostname)
            yield Entry(HOSTS, "", file, key, content=hosts.encode())
    if image.version or image.os_release:
        yield from _os_release(image, file)
    yield from live_groups.entries(image, file)
    if image.timezone:
        yield Entry(LOCALTIME, "", file, ("image", "timezone"), target=f"{FOLDER}/{image.timezone}")


def os_release(image: ImageConfig) -> dict[str, str]:
    """Return the lines of the image's os-release(5): Void's, and those that ``image`` has."""
    own = {"IMAGE_ID": image.name.lower().replace("+", "-")}
    if image.version:
        own["IMAGE_VERSION"] = image.version
    return {**_VOID, **own, **image.os_release}


def _os_release(image: ImageConfig, file: Path) -> Iterator[Entry]:
    key = ("image", "version") if image.version else ("image", "os-release")
    lines = (f"{name}={_quoted(value)}\n" for name, value in os_release(image).items())
    yield Entry(OS_RELEASE, "", file, key, content="".join(lines).encode())
    yield Entry(KEPT, "", file, key, content=_KEPT.encode())


def _quoted(value: str) -> str:
    """Return ``value`` as a shell reads it, as os-release(5) demands."""
    return '"' + re.sub(r'(["$`\\\\])', r"\\\1", value) + '"'
