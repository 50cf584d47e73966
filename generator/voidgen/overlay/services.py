"""Which package or file of the image gives a service its ``/etc/sv/NAME``."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, TypedDict

from voidgen.data.bundled_files import DATA

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from voidgen.overlay.paths import Entry
    from voidgen.overlay.types import Module

FILE = DATA / "services.json"
"""Written by tests/void_facts/record_services.py."""
FOLDER = "/etc/sv/"
"""Below it, each folder is a service."""
BY_MKLIVE = (*(f"agetty-tty{number}" for number in range(1, 7)), "udevd")
"""Services that mklive enables by itself (void-mklive, mklive.sh, DEFAULT_SERVICE_LIST)."""
AT_BOOT = ("agetty-ttyS0", "agetty-hvc0", "agetty-hvsi0")
"""Services of runit-void that mklive's boot hook enables if the kernel's command line names their
consoles (void-mklive, dracut/vmklive/getty-serial.sh)."""


class Tables(TypedDict):
    """``source`` names the recipes; ``base`` has the packages of base-system that have services."""

    source: str
    base: list[str]
    services: Mapping[str, list[str]]
    """The packages that have each service, ``/etc/sv/NAME``."""


@cache
def tables() -> Tables:
    """Return the content of services.json."""
    found: Tables = json.loads(FILE.read_bytes())
    return found


def packages(service: str) -> list[str]:
    """Return the packages of Void that have ``service``."""
    return tables()["services"].get(service, [])


def of_packages(names: Collection[str]) -> set[str]:
    """Return the services that the packages ``names`` and base-system have, as far as is known."""
    has = {*names, *tables()["base"]}
    return {name for name, owners in tables()["services"].items() if not has.isdisjoint(owners)}


def in_base_system(service: str) -> str:
    """Return the package that gives every Void system ``service``; empty if none does."""
    return next((name for name in packages(service) if name in tables()["base"]), "")


def remedy(service: str) -> str:
    """Return what to do to get ``service`` into the image."""
    own = f"write files/etc/sv/{service}/run"
    names = packages(service)
    if not names:
        return (
            f"{own}, or add its package to [packages] xbps, with [provides] if it has another name"
        )
    return f"add {' or '.join(names)} to [packages] xbps, or {own}"


def provider(
    service: str, modules: Iterable[Module], xbps: Collection[str], entries: Mapping[str, Entry]
) -> str:
    """Return what provides ``service``: ``PATH of the overlay`` or an xbps package; else empty.

    The table knows the services of Void's own packages. A package of another repository provides
    the service of its own name; a module's ``[provides]`` has to name any other, since
    XBPS's index does not list files.
    """
    folder = f"/etc/sv/{service}"
    run = f"{folder}/run"
    # A link may lead to a folder that has the script; a folder by itself is empty.
    if run in entries or (folder in entries and entries[folder].target is not None):
        return run
    for package in (*packages(service), service):
        if package in xbps:
            return package
    for module in modules:
        provided = module.spec.provides.get(service)
        if provided in xbps:
            return str(provided)
    return in_base_system(service)
