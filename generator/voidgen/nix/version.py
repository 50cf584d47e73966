"""Names and versions as Nix has them: `builtins.parseDrvName` and `builtins.compareVersions`.

The rules are those of Nix's libstore/names.cc (Nix manual, "Built-in Functions" and
`nix-env --upgrade`). Nix reads bytes and knows ASCII letters and digits only; the rules name
no other byte, and UTF-8 sorts as its characters do, so text gives the same answers.
"""

from __future__ import annotations

import re
from functools import lru_cache

_DASH = re.compile(r"-(?=[^A-Za-z])")
"""Where the version begins: not at a dash that a letter follows, or nothing."""

_COMPONENT = re.compile(r"([0-9]+)|[^0-9.-]+")

_PATH = re.compile(r"(?:.*/)?[0-9a-df-np-sv-z]{32}-([^/]+)", re.DOTALL)
"""A store path, whatever the folder: 32 digits of Nix's base 32, which lacks e, o, t and u."""

_LARGEST = (1 << 31) - 1
"""Nix reads numbers as a C int: a larger one, such as a date with its time, is text to it."""

_Key = tuple[tuple[int, int, str], ...]

_PRE = (0, 0, "")
_END = (1, 0, "")


def is_store_path(path: str) -> bool:
    """Return whether ``path`` is one of a Nix store, whatever its folder."""
    return _PATH.fullmatch(path) is not None


def split(name: str) -> tuple[str, str]:
    """The name and the version of a derivation's ``name``; no version is ""."""
    dash = _DASH.search(name)
    return (name[: dash.start()], name[dash.end() :]) if dash else (name, "")


def compare(left: str, right: str) -> int:
    """-1 where ``left`` is the older version, 1 where it is the newer, 0 where neither is."""
    if left == right:
        return 0
    one, other = key(left), key(right)
    return (one > other) - (one < other)


@lru_cache(maxsize=1 << 16)
def key(version: str) -> _Key:
    """What sorts as ``version`` does.

    Dots, dashes and the borders of digits separate components: "pre" comes first, then the
    end, then text by its bytes, then numbers.
    """
    found = _COMPONENT.finditer(version)
    return (*(_component(match[0], match[1]) for match in found), _END)


def _component(text: str, digits: str | None) -> tuple[int, int, str]:
    if digits:
        # int refuses long numbers, but takes any that Nix would.
        number = digits.lstrip("0") or "0"
        if len(number) <= len(str(_LARGEST)) and int(number) <= _LARGEST:
            return 3, int(number), ""
    return _PRE if text == "pre" else (2, 0, text)


def store_name(path: str) -> str:
    """The part of a store path after the hash and the dash; the store may be any folder.

    Raises ValueError where ``path`` is none, such as a path to something in it.
    """
    found = _PATH.fullmatch(path)
    if not found:
        raise ValueError(f"{path!r} is no store path")
    return found[1]
