"""The paths of the overlay that [image] of voidgen.toml asks for. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.config.timezones import FOLDER
from voidgen.overlay.paths import Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from voidgen.config.image import ImageConfig

HOSTNAME, HOSTS, LOCALTIME = "/etc/hostname", "/etc/hosts", "/etc/localtime"

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
    if image.timezone:
        yield Entry(LOCALTIME, "", file, ("image", "timezone"), target=f"{FOLDER}/{image.timezone}")
