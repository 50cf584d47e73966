"""Patterns of paths in the form of gitignore(5). Pure. Standard library only."""

from __future__ import annotations

import re

OUTSIDE = ("/dev", "/nix", "/proc", "/run", "/sys")
"""Folders of an image without files of packages: the builder mounts its own there, and Nix's store.

No pattern removes anything there (iso/scripts/remove-files.sh).
"""

_SPECIAL = re.compile(r"[.^$*+?()\[\]{}|\\]")
_PART = re.compile(r"\*+|\?|\[!?[^\]]+\]|.", re.DOTALL)


def regex(pattern: str) -> str:
    """Return a regular expression of the paths that the absolute ``pattern`` matches.

    POSIX's extended syntax (find(1)) and Python's give it the same meaning. ``*``, ``?`` and
    ``[...]`` match no slash. The component ``**`` stands for any number of folders, and at the end
    for everything below.
    """
    *folders, last = pattern.removeprefix("/").split("/")
    found = "".join("(/[^/]+)*" if one == "**" else f"/{_component(one)}" for one in folders)
    return found + ("/.+" if last == "**" else f"/{_component(last)}")


def compiled(pattern: str) -> re.Pattern[bytes]:
    """Return `regex` for paths as bytes, as find(1) has them in the locale C.

    Raises re.error if a range of characters is wrong.
    """
    return re.compile(regex(pattern).encode(errors="surrogateescape"), re.DOTALL)


def _component(text: str) -> str:
    return "".join(map(_part, _PART.findall(text)))


def _part(part: str) -> str:
    if part.startswith("*"):
        return "[^/]*"
    if part == "?":
        return "[^/]"
    if part.startswith("[!"):
        return f"[^/{part[2:]}"
    if part.startswith("[") and len(part) > 1:
        return part
    return _SPECIAL.sub(r"\\\g<0>", part)
