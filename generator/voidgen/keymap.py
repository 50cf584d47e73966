"""Console keymaps as XKB layouts: mklive takes the one, desktops ask for the other.

They are two families of names. A console keymap made from XKB is called ``layout-variant``;
the older ones have names of their own, of which systemd keeps a table (kbd-model-map).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from voidgen.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = Path(__file__).with_name("keymaps.json")
"""Written by `voidgen.keymap_tables`."""

Tables = Mapping[str, Mapping[str, Any]]
"""``console``: keymaps with what they are in XKB; ``layouts``: XKB layouts with their variants."""


@frozen
class Xkb:
    """Keyboard layouts, as X's options and as desktops' input sources name them."""

    layout: str
    """XkbLayout: a name, or several with commas."""
    variant: str
    """XkbVariant: as many, each of which may be empty; empty where no layout has one."""
    source: str
    """``layout+variant`` of the first."""
    sources: tuple[str, ...]
    """``layout+variant`` of each."""


class UnknownLayoutError(ValueError):
    """No layout has that name; ``near`` asks for names that look like it."""

    def __init__(self, what: str, near: str) -> None:
        """``what`` says which name of what."""
        super().__init__(what)
        self.near = near


def of_console(keymap: str) -> Xkb:
    """What the console keymap ``keymap`` is in XKB."""
    known = _tables()["console"]
    sources = known.get(keymap, keymap.replace("-", "+", 1))
    if _unknown(sources):
        names = {*known, *(source.replace("+", "-", 1) for source in _sources())}
        near = did_you_mean(keymap, (name for name in names if not _unknown(known.get(name, ""))))
        raise UnknownLayoutError(f"no XKB layout is known for the keymap {keymap!r}", near)
    return _xkb(sources)


def of_sources(sources: str) -> Xkb:
    """``sources`` is ``layout+variant``, or several of these with commas."""
    if unknown := _unknown(sources):
        what = f"xkeyboard-config has no layout {unknown!r}"
        raise UnknownLayoutError(what, did_you_mean(unknown, _sources()))
    return _xkb(sources)


def _xkb(text: str) -> Xkb:
    sources = tuple(text.split(","))
    pairs = [source.partition("+") for source in sources]
    variants = ",".join(variant for _, _, variant in pairs)
    return Xkb(
        ",".join(layout for layout, _, _ in pairs),
        variants if variants.strip(",") else "",
        sources[0],
        sources,
    )


def _unknown(sources: str) -> str:
    """The first of ``sources`` that no layout is; empty where all are."""
    layouts = _tables()["layouts"]
    for source in filter(None, sources.split(",")):
        layout, plus, variant = source.partition("+")
        if layout not in layouts or (plus and variant not in layouts[layout]):
            return source
    return ""


def _sources() -> Iterator[str]:
    for layout, variants in _tables()["layouts"].items():
        yield layout
        yield from (f"{layout}+{variant}" for variant in variants)


@cache
def _tables() -> Tables:
    tables: Tables = json.loads(FILE.read_bytes())
    return tables
