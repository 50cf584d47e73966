"""Flake references, as Nix's command line takes them and as lock files store them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode

from voidgen.errors import StepFailedError
from voidgen.nix import flake_path, installed
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from voidgen.errors import Fault

Flake = Path | str
"""A folder that is a flake by itself, or a reference as a person would write it."""
Attributes = Mapping[str, str | int | bool]
"""The attributes of a flake reference, as Nix's fetchers take them."""


def misplaced(folder: Path) -> Fault | None:
    """Return what is wrong with ``folder`` as the place of a project; None if Nix accepts it.

    Nix is asked for its version only if the path is not plain.
    """
    if flake_path.is_plain(folder):
        return None
    try:
        return flake_path.fault(folder, installed.version())
    except StepFailedError:
        return flake_path.fault(folder, None)


def reference(flake: Flake) -> str:
    """Return ``flake`` for Nix's command line; StepFailedError for a folder that it cannot read."""
    if isinstance(flake, Path):
        return f"path:{flake}"
    if flake.startswith("/") and Path(flake).is_dir() and (fault := misplaced(Path(flake))):
        raise StepFailedError(f"{flake}: {fault.what}", fault.remedy)
    return flake


FORGES = ("github", "gitlab", "sourcehut")


def url(locked: Attributes) -> str:
    """Return the flake reference of a lock's entry (Nix manual, "Flake references").

    Raises GarbledError if it lacks an attribute of its type.
    """
    kind = _attribute(locked, "type")
    query = {
        key: spelled(locked[key])
        for key in ("dir", "host", "ref", "rev", "narHash", "shallow", "submodules", "lfs")
        if key in locked
    }
    if kind in {"git", "hg"}:
        # No release of Nix reads it there, and some read it as part of the repository's URL.
        query.pop("narHash", None)
    if kind in FORGES:
        parts = [_attribute(locked, key) for key in ("owner", "repo", "rev")]
        query.pop("rev")
        place = f"{kind}:{'/'.join(quote(part, safe='') for part in parts)}"
    elif kind == "path":
        place = f"path:{quote(_attribute(locked, 'path'))}"
    else:
        place = f"{kind}+{_attribute(locked, 'url')}"
    return f"{place}{'&' if '?' in place else '?'}{urlencode(query)}"


def _attribute(locked: Attributes, key: str) -> str:
    if key not in locked:
        raise GarbledError(f"{key} is missing")
    return str(locked[key])


def spelled(value: str | int | bool) -> str:
    """Return an attribute of a lock as a flake reference spells it."""
    return str(int(value)) if isinstance(value, bool) else str(value)


def attributes(reference: str) -> dict[str, str]:
    """Return the ``original`` that a lock has for a flake reference; empty for rare kinds."""
    place, _, query = reference.partition("?")
    kind, _, rest = place.partition(":")
    found = dict(parse_qsl(query))
    if kind in FORGES and rest.count("/") in {1, 2}:
        found["type"] = kind
        found["owner"], found["repo"], *version = map(unquote, rest.split("/"))
        if version:
            found["rev" if re.fullmatch("[0-9a-f]{40}", version[0]) else "ref"] = version[0]
        return found
    if kind.startswith("git+"):
        return {**found, "type": "git", "url": place.removeprefix("git+")}
    return {}
