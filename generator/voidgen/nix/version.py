"""Names and versions as Nix has them: `builtins.parseDrvName` and `builtins.compareVersions`.

The rules are those of Nix's libstore/names.cc (Nix manual, "Built-in Functions" and
`nix-env --upgrade`). Nix reads bytes and knows ASCII letters and digits only; the rules name
no other byte, and UTF-8 sorts as its characters do, so text gives the same answers.
"""

from __future__ import annotations

import re
from functools import lru_cache

_DASH = re.compile(r"-(?=[^A-Za-z])")
"""The dash before the version: a character that is not a letter follows it."""

_COMPONENT = re.compile(r"([0-9]+)|[^0-9.-]+")

_PATH = re.compile(r"(?:.*/)?[0-9a-df-np-sv-z]{32}-([^/]+)", re.DOTALL)
"""A store path in any folder: 32 digits of Nix's base 32, which lacks e, o, t and u."""

_LARGEST = (1 << 31) - 1
"""The largest C int: Nix reads larger numbers, such as a date with its time, as text."""

_Key = tuple[tuple[int, int, str], ...]

_PRE = (0, 0, "")
_END = (1, 0, "")


def is_store_path(path: str) -> bool:
    """Return whether ``path`` is one of a Nix store, whatever its folder."""
    return _PATH.fullmatch(path) is not None


def split(name: str) -> tuple[str, str]:
    """Split a derivation's ``name`` into name and version; the version may be ""."""
    dash = _DASH.search(name)
    return (name[: dash.start()], name[dash.end() :]) if dash else (name, "")


def compare(left: str, right: str) -> int:
    """Return -1 if ``left`` is the older version, 1 if it is the newer, 0 if they are equal."""
    if left == right:
        return 0
    one, other = key(left), key(right)
    return (one > other) - (one < other)


@lru_cache(maxsize=1 << 16)
def key(version: str) -> _Key:
    """Return a key that sorts as ``version`` does.

    Dots, dashes and the borders of digits separate components: "pre" comes first, then the
    end, then text by its bytes, then numbers.
    """
    found = _COMPONENT.finditer(version)
    return (*(_component(match[0], match[1]) for match in found), _END)


def _component(text: str, digits: str | None) -> tuple[int, int, str]:
    if digits:
        # int refuses very long numbers, but none that fit a C int.
        number = digits.lstrip("0") or "0"
        if len(number) <= len(str(_LARGEST)) and int(number) <= _LARGEST:
            return 3, int(number), ""
    return _PRE if text == "pre" else (2, 0, text)


def store_name(path: str) -> str:
    """Return the part of a store path after the hash and the dash; the store may be any folder.

    Raises ValueError if ``path`` isn't a store path, such as a path to something in one.
    """
    found = _PATH.fullmatch(path)
    if not found:
        raise ValueError(f"{path!r} is not a store path")
    return found[1]
