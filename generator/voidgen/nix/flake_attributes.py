"""Flake references as lock files store them: attributes, as Nix's fetchers take them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, unquote, urlencode

from voidgen.system.untrusted import GarbledError

Attributes = Mapping[str, str | int | bool]

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


def of_reference(reference: str) -> dict[str, str]:
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
