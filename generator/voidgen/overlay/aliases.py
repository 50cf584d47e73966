"""Folders that are symbolic links on Void: the overlay must not have paths below them. Pure.

Sources: the template and INSTALL of base-files, runit's template and runit-void's INSTALL
(void-packages f340b276df2).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from voidgen.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voidgen.config.architectures import Arch
    from voidgen.overlay.paths import Entry

_ALWAYS = {
    "/bin": "/usr/bin",
    "/sbin": "/usr/bin",
    "/usr/sbin": "/usr/bin",
    "/lib": "/usr/lib",
    "/var/run": "/run",
    "/var/lock": "/run/lock",
}
_OF_64_BITS = {"/lib64": "/usr/lib", "/usr/lib64": "/usr/lib"}
_OF_GLIBC = _OF_64_BITS | {"/lib32": "/usr/lib32", "/usr/lib32/locale": "/usr/lib/locale"}
_BY_WORD_SIZE: Mapping[Arch, Mapping[str, str]] = MappingProxyType(
    {
        "x86_64": _OF_GLIBC,
        "x86_64-musl": _OF_64_BITS,
        "i686": {"/lib32": "/usr/lib", "/usr/lib32": "/usr/lib"},
        "aarch64": _OF_GLIBC,
        "aarch64-musl": _OF_64_BITS,
    }
)
_REPLACEABLE = {"/var/spool/mail": "/var/mail"}
"""Links that another link may replace."""
_RUNLEVELS = ("/var/service", "/etc/runit/runsvdir/current")
"""Links to the runlevel that is running."""
_OF_THIS_BOOT = "/run"
_TOPS = ("/bin", "/sbin", "/lib", "/usr/sbin", "/usr/lib", "/var/", "/etc/runit/runsvdir/")
"""How a path at or below one of them begins."""


def real_path(path: str, arch: Arch) -> str | None:
    """Return where a ``path`` below one of Void's links is; None if it is not below any."""
    for alias, real in {**_ALWAYS, **_BY_WORD_SIZE[arch]}.items():
        if path.startswith(f"{alias}/"):
            return path.replace(alias, real, 1)
    return None


def fault(entry: Entry, arch: Arch) -> Fault | None:
    """Return what is wrong with an entry that lies at or below one of Void's links."""
    path = entry.path
    if not path.startswith(_TOPS):
        return None
    for alias in _RUNLEVELS:
        if path.startswith(f"{alias}/") or path == "/var/service":
            return _fault(entry, alias, _of_a_service(path.removeprefix(alias)))
    for alias, real in _REPLACEABLE.items():
        if path.startswith(f"{alias}/"):
            return _fault(entry, alias, f"put it at {path.replace(alias, real, 1)}")
    for alias, real in {**_ALWAYS, **_BY_WORD_SIZE[arch]}.items():
        if path == alias or path.startswith(f"{alias}/"):
            place = path.replace(alias, real, 1)
            remedy = f"put it at {place}"
            if place.startswith(_OF_THIS_BOOT):
                remedy = f"make {place} at boot, in a part of /etc/runit/live-setup.d"
            return _fault(entry, alias, remedy)
    return None


def _of_a_service(below: str) -> str:
    name, _, rest = below.strip("/").partition("/")
    if rest:
        return f"put it at /etc/sv/{name}/{rest}"
    return f'enable a service by services = ["{name or "NAME"}"] in module.toml'


def _fault(entry: Entry, alias: str, remedy: str) -> Fault:
    return Fault(f"{alias} is a symbolic link on Void", entry.file, entry.key, remedy=remedy)
