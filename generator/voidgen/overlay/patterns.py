"""Patterns of paths in module.toml: ``*`` and ``?`` stay within a name, ``**`` does not. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

T = TypeVar("T")

_WILD = re.compile(r"/\*\*/|\*\*|\*|\?")
_MEANING = {"/**/": "/(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def is_pattern(path: str) -> bool:
    """Return whether ``path`` has a wildcard."""
    return "*" in path or "?" in path


def matches(pattern: str, path: str) -> bool:
    """Return whether ``pattern`` stands for ``path``; a path stands for itself."""
    return pattern == path or (is_pattern(pattern) and bool(_compiled(pattern).fullmatch(path)))


def lookup(table: Mapping[str, T], path: str) -> T | None:
    """Return the value of the most specific key of ``table`` that stands for ``path``.

    The path itself comes first, then the pattern with the most characters that are not wildcards;
    of two with as many, the first in alphabetical order.
    """
    if path in table:
        return table[path]
    found = [key for key in table if is_pattern(key) and matches(key, path)]
    return table[min(found, key=_rank)] if found else None


def unmatched(table: Iterable[str], paths: Iterable[str]) -> list[str]:
    """Return the keys of ``table`` that match no path of ``paths``, in their order."""
    known = set(paths)
    return [
        key
        for key in table
        if key not in known and not (is_pattern(key) and any(matches(key, one) for one in known))
    ]


def _rank(pattern: str) -> tuple[int, str]:
    return -len(_WILD.sub("", pattern)), pattern


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts, end = [], 0
    for found in _WILD.finditer(pattern):
        parts += [re.escape(pattern[end : found.start()]), _MEANING[found[0]]]
        end = found.end()
    return re.compile("".join((*parts, re.escape(pattern[end:]))), re.DOTALL)
