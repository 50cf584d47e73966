"""Run all checks of `voidgen doctor`, in the order in which a build needs them."""

from __future__ import annotations

import platform
import re
from typing import TYPE_CHECKING

from voidgen import config
from voidgen.config.image import ImageConfig
from voidgen.config.types import Config, Container
from voidgen.doctor import container, foreign_arch, home, hosts, machine, nix, package_set, place
from voidgen.doctor.remedies import lines
from voidgen.errors import WrongInputError
from voidgen.outcome.types import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voidgen.doctor.host import Host


_NO_ISO = "not needed: voidgen.toml has no [mklive]"


def check(host: Host, folder: Path | None) -> Iterator[Outcome]:
    """Check the machine, and the project in ``folder`` unless that is None.

    A failure means that images cannot be built. A warning means that something is slower, or that
    only another command fails.
    """
    images, faulty = _images(folder)
    settings = images[0] if images else None
    yield home.check()
    yield from nix.check(host)
    yield from hosts.check(host, folder, settings)
    yield from package_set.check(host, folder, settings)
    makes_iso = not settings or settings.mklive is not None
    wanted, arch = Container(), platform.machine()
    if settings:
        wanted, arch = settings.container, settings.image.arch
    if not makes_iso:
        yield Outcome(container.NAME, "skipped", _NO_ISO)
    else:
        yield from container.check(host, wanted, arch)
    yield from foreign_arch.check(host, images)
    yield _xbps(host, settings)
    yield from place.check(host, folder, makes_iso=makes_iso)
    if faulty:
        yield faulty
    if makes_iso:
        yield from machine.check(host)
    else:
        yield from (Outcome(name, "skipped", _NO_ISO) for name in machine.NAMES)


def _images(folder: Path | None) -> tuple[tuple[Config, ...], Outcome | None]:
    """Return the settings of the project's images, its own first, or why there are none."""
    if folder is None:
        return (), None
    try:
        own, variants = config.load_all(folder)
        return (own, *(one.settings for one in variants)), None
    except WrongInputError as error:
        what = f"{len(error.faults)} faults, the first: {error.faults[0].what}"
        return (), Outcome(config.FILE, "failed", what, "voidgen show   # prints all of them")


def _xbps(host: Host, settings: Config | None) -> Outcome:
    """Check that XBPS is on PATH or can come from nixpkgs."""
    if settings and settings.mklive is None:
        return Outcome("xbps", "skipped", _NO_ISO)
    answer = host.ask(["xbps-install", "--version"])
    if answer.status == 0:
        version = re.search(r"\d[\w.]*", answer.out)
        return Outcome("xbps", "passed", version[0] if version else "")
    nixpkgs = (settings or Config(ImageConfig("any"))).nix.nixpkgs
    if answer.status is None and not nixpkgs.startswith("./"):
        return Outcome("xbps", "passed", "not installed: voidgen uses xbps of nixpkgs")
    what = f"{answer.last}: `voidgen lock` needs it, because {nixpkgs} is not nixpkgs"
    return Outcome("xbps", "warning", what, lines("xbps", host.family()))
