"""dconf keyfiles, and scripts that set keys (docs/explanation/replaced-system.md, 10 and 11)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.config.keymap import UnknownLayoutError, hint_for_unknown_option, layouts_of_sources
from voidgen.lint.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

KEYFILES = re.compile(r"/etc/dconf/db/[^/]+\.d/[^/]+")
LOCKS = re.compile(r"/etc/dconf/db/[^/]+\.d/locks/[^/]+")
INPUT_SOURCES = ("org/gnome/desktop/input-sources", "org/cinnamon/desktop/input-sources")

_XKB = re.compile(r"\(\s*'xkb'\s*,\s*'([^']*)'\s*\)")
_STRING = re.compile(r"[\"']([^\"']*)[\"']")
_QUOTE = r"[\"']?"
_GSETTINGS = re.compile(
    rf"\bgsettings\s+(?:set|reset)\s+{_QUOTE}([\w.-]+)(?::\S+)?{_QUOTE}\s+{_QUOTE}([\w-]+)"
)
_DCONF = re.compile(rf"\bdconf\s+(?:write|reset)\s+{_QUOTE}(/[\w./-]+)")


def keymap(image: LintedImage) -> Iterator[Finding]:
    """Find unknown layouts and options: with these, the keyboard is US, without a message."""
    for path in image.nodes:
        if not KEYFILES.fullmatch(path):
            continue
        section = ""
        for number, line in image.lines(path):
            if match := re.fullmatch(r"\s*\[(.*)\]\s*", line):
                section = match[1]
            name, _, value = line.partition("=")
            check = _CHECKS.get(name.strip())
            if check and section in INPUT_SOURCES:
                for what, remedy in check(value):
                    yield Finding(path, what, remedy, number)


def _unknown_layouts(value: str) -> Iterator[tuple[str, str]]:
    remedy = 'write layout+variant, like "ch+fr_nodeadkeys"; in a template, write xkb.source'
    for layout in _XKB.findall(value):
        try:
            layouts_of_sources(layout)
        except UnknownLayoutError:
            yield f"XKB has no layout {layout!r}", remedy


def _unknown_options(value: str) -> Iterator[tuple[str, str]]:
    known = "set image.xkb-options in voidgen.toml, and write xkb.options in a template"
    for option in _STRING.findall(value):
        if (near := hint_for_unknown_option(option)) is not None:
            yield f"XKB has no option {option!r}", near or known


_CHECKS = {"sources": _unknown_layouts, "xkb-options": _unknown_options}
"""By key, the function that yields what is wrong with its value, each with a remedy."""


def locked(image: LintedImage) -> Iterator[Finding]:
    """Find scripts that write a locked key: nothing happens, and gsettings reports success."""
    locks = {
        line.strip(): path
        for path in image.nodes
        if LOCKS.fullmatch(path)
        for _, line in image.lines(path)
        if line.startswith("/")
    }
    for path, _ in image.scripts() if locks else ():
        for number, line in image.lines(path):
            for key in _written_keys(line):
                if key in locks:
                    yield Finding(
                        path,
                        f"sets {key}, which has no effect: {locks[key]} locks it",
                        "set the value in the keyfile of the database",
                        number,
                    )


def _written_keys(line: str) -> Iterator[str]:
    """Yield the keys that a line of a script writes, as dconf paths."""
    if line.lstrip().startswith("#"):
        return
    for schema, name in _GSETTINGS.findall(line):
        yield f"/{schema.replace('.', '/')}/{name}"
    yield from _DCONF.findall(line)
