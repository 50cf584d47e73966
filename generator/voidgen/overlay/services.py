"""Which package or file of the image gives a service its ``/etc/sv/NAME``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from voidgen.overlay.paths import Entry
    from voidgen.overlay.types import Module

BASE_SYSTEM = {
    "agetty-console": "runit-void",
    "agetty-generic": "runit-void",
    "agetty-hvc0": "runit-void",
    "agetty-hvsi0": "runit-void",
    "agetty-serial": "runit-void",
    "agetty-tty1": "runit-void",
    "agetty-tty2": "runit-void",
    "agetty-tty3": "runit-void",
    "agetty-tty4": "runit-void",
    "agetty-tty5": "runit-void",
    "agetty-tty6": "runit-void",
    "agetty-ttyAMA0": "runit-void",
    "agetty-ttyS0": "runit-void",
    "agetty-ttyUSB0": "runit-void",
    "sulogin": "runit-void",
    "udevd": "eudev",
}
"""Services that every Void system has, with their packages (void-runit's ``services/``)."""


def provider(
    service: str, modules: Iterable[Module], xbps: Collection[str], entries: Mapping[str, Entry]
) -> str:
    """What provides ``service``: ``PATH of the overlay`` or an xbps package; else empty.

    A package provides the service of its own name; another name needs saying in a module's
    ``[provides]``, since XBPS's index does not list files.
    """
    folder = f"/etc/sv/{service}"
    run = f"{folder}/run"
    # A link may lead to a folder that has the script; a folder by itself is empty.
    if run in entries or (folder in entries and entries[folder].target is not None):
        return run
    if service in xbps:
        return service
    for module in modules:
        package = module.spec.provides.get(service)
        if package in xbps:
            return str(package)
    return BASE_SYSTEM.get(service, "")
