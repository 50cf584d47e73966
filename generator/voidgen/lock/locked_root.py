"""Find what the locked packages make of [xbps] kernel and ignore. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.config.types import Xbps
from voidgen.errors import Fault
from voidgen.xbps.types import IMAGE_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from voidgen.lock.types import Lock
    from voidgen.xbps.types import Package

_BUILDER = "dkms"
"""The package that builds kernel modules, and that packages with sources of such modules need."""
_HEADERS = re.compile(r"linux(?:[0-9]+\.[0-9]+|-asahi)-headers")
_VERSION = re.compile(r"[0-9]+\.[0-9]+")


def warnings(asked: Xbps, lock: Lock | None, file: Path) -> Iterator[Fault]:
    """Yield a warning for what ``file``, voidgen.toml, asks for but the locked image has not.

    Locks of other packages than it asks for have none: they are locked again first.
    """
    if lock is None or lock.xbps is None:
        return
    request = lock.xbps.request
    if (request.kernel or Xbps().kernel, request.ignore or ()) != (asked.kernel, asked.ignore):
        return
    locked = {one.name: one for one in lock.xbps.packages if IMAGE_ROOT in one.transactions}
    for index, name in enumerate(asked.ignore):
        if name in locked:
            what = f"{name} is ignored, but mklive asks for it itself, so the image has it"
            yield Fault(what, file, ("xbps", "ignore", index), remedy="remove it from ignore")
    headers = f"{asked.kernel}-headers"
    if _BUILDER in locked and locked.keys().isdisjoint((headers, _series_headers(asked, locked))):
        have = ", ".join(sorted(filter(_HEADERS.fullmatch, locked))) or "no headers"
        what = f"dkms builds no module for the kernel {asked.kernel}: the image has {have}"
        remedy = f"run `voidgen add xbps {headers}`"
        yield Fault(what, file, ("xbps", "kernel"), remedy=remedy)


def _series_headers(asked: Xbps, locked: Mapping[str, Package]) -> str:
    """Return the headers of the series that a metapackage such as linux-lts stands for, or ""."""
    meta = locked.get(asked.kernel)
    match = _VERSION.match(meta.version) if meta else None
    return f"linux{match[0]}-headers" if match else ""
