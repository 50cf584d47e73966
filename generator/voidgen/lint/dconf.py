"""dconf keyfiles and the scripts beside them (live-iso-notes, "dconf / Theme")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.keymap import UnknownLayoutError, of_sources
from voidgen.lint.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import Image

KEYFILES = re.compile(r"/etc/dconf/db/[^/]+\.d/[^/]+")
LOCKS = re.compile(r"/etc/dconf/db/[^/]+\.d/locks/[^/]+")
SOURCES = ("org/gnome/desktop/input-sources", "sources")

_XKB = re.compile(r"\(\s*'xkb'\s*,\s*'([^']*)'\s*\)")
_QUOTE = r"[\"']?"
_GSETTINGS = re.compile(
    rf"\bgsettings\s+(?:set|reset)\s+{_QUOTE}([\w.-]+)(?::\S+)?{_QUOTE}\s+{_QUOTE}([\w-]+)"
)
_DCONF = re.compile(rf"\bdconf\s+(?:write|reset)\s+{_QUOTE}(/[\w./-]+)")


def keymap(image: Image) -> Iterator[Finding]:
    """An unknown layout falls back to US without a word."""
    remedy = 'write layout+variant, like "ch+fr_nodeadkeys"; templates have it as xkb.source'
    for path in image.nodes:
        if not KEYFILES.fullmatch(path):
            continue
        section = ""
        for number, line in image.lines(path):
            if match := re.fullmatch(r"\s*\[(.*)\]\s*", line):
                section = match[1]
            name, _, value = line.partition("=")
            if (section, name.strip()) != SOURCES:
                continue
            for layout in _XKB.findall(value):
                try:
                    of_sources(layout)
                except UnknownLayoutError:
                    yield Finding(path, f"XKB has no layout {layout!r}", remedy, number)


def locked(image: Image) -> Iterator[Finding]:
    """A write to a locked key does nothing, and gsettings reports success."""
    locks = {
        line.strip(): path
        for path in image.nodes
        if LOCKS.fullmatch(path)
        for _, line in image.lines(path)
        if line.startswith("/")
    }
    for path, _ in image.scripts() if locks else ():
        for number, line in image.lines(path):
            for key in _written(line):
                if key in locks:
                    yield Finding(
                        path,
                        f"sets {key}, which {locks[key]} locks: nothing would happen",
                        "put the value into the keyfile of the database",
                        number,
                    )


def _written(line: str) -> Iterator[str]:
    """Keys that a line of a script writes, as dconf paths."""
    if line.lstrip().startswith("#"):
        return
    for schema, name in _GSETTINGS.findall(line):
        yield f"/{schema.replace('.', '/')}/{name}"
    yield from _DCONF.findall(line)
