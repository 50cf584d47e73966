"""Keyboards: a console keymap for the kernel, and layouts of XKB for X and desktops.

They are two families of names. kbd has keymaps of its own; systemd keeps a table of what these
are in XKB (kbd-model-map). A console keymap made from XKB is called ``layout-variant``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from voidgen.data.bundled_files import DATA
from voidgen.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = DATA / "keymaps.json"
KBD = DATA / "kbd.json"
"""Both are written by `tools.keymap_tables`."""

Tables = Mapping[str, Mapping[str, Any]]
"""``console``: keymaps with what they are in XKB; ``layouts``: XKB layouts with their variants;
``options``: XKB's groups of options with their options."""

MAPS = "/usr/share/kbd/keymaps"
"""Void's kbd has its keymaps here: ``loadkeys`` searches all folders below."""
TOGGLE = "grp:shifts_toggle"
"""Switches between layouts if no option says how: that of kbd-model-map's pairs of layouts."""


@frozen
class Xkb:
    """Keyboard layouts, as X's options and as desktops' input sources name them."""

    layout: str
    """XkbLayout: a name, or several with commas."""
    variant: str
    """XkbVariant: as many, each of which may be empty; empty if no layout has one."""
    source: str
    """``layout+variant`` of the first."""
    sources: tuple[str, ...]
    """``layout+variant`` of each."""
    options: tuple[str, ...] = ()
    """XkbOptions, such as ``grp:alt_shift_toggle``."""

    @property
    def gnomekbd_options(self) -> tuple[str, ...]:
        """The options as libgnomekbd has them: the group, a tab, the option."""
        groups = {
            option: group for group, options in _tables()["options"].items() for option in options
        }
        return tuple(f"{groups[option]}\t{option}" for option in self.options)


@frozen
class Console:
    """The console keymap: its name for ``loadkeys``, and what voidgen makes it from."""

    name: str
    made: Xkb | None = None
    """None: kbd has the map."""

    @property
    def path(self) -> str:
        """Where a made map lies in the image; ``loadkeys`` looks below MAPS."""
        return f"{MAPS}/xkb/{self.name}.map.gz"

    def is_map(self, path: str) -> bool:
        """Whether ``loadkeys`` takes the file ``path`` of the image for this keymap."""
        suffix = r"(?:\.k?map)?(?:\.(?:gz|bz2|xz|zst))?"
        return bool(re.fullmatch(rf"{MAPS}/(?:.*/)?{re.escape(self.name)}{suffix}", path))


class UnknownLayoutError(ValueError):
    """No layout has that name; ``near`` asks for names that look like it."""

    def __init__(self, what: str, near: str) -> None:
        """``what`` says which name of what."""
        super().__init__(what)
        self.near = near


def of_console(keymap: str) -> Xkb:
    """Return what the console keymap ``keymap`` is in XKB.

    Raises UnknownLayoutError if neither the table nor XKB has it.
    """
    known = _tables()["console"]
    sources = known.get(keymap, keymap.replace("-", "+", 1))
    if _unknown(sources):
        names = {*known, *(source.replace("+", "-", 1) for source in _sources())}
        near = did_you_mean(keymap, (name for name in names if not _unknown(known.get(name, ""))))
        raise UnknownLayoutError(f"no XKB layout is known for the keymap {keymap!r}", near)
    return _xkb(sources)


def of_sources(sources: str) -> Xkb:
    """Return the layouts of ``sources``: ``layout+variant``, or several of these with commas.

    Raises UnknownLayoutError if xkeyboard-config lacks one.
    """
    if unknown := _unknown(sources):
        what = f"xkeyboard-config has no layout {unknown!r}"
        raise UnknownLayoutError(what, did_you_mean(unknown, _sources()))
    return _xkb(sources)


def near_option(option: str) -> str | None:
    """Return None if xkeyboard-config has ``option``, else a question that names near ones."""
    options = [name for names in _tables()["options"].values() for name in names]
    return None if option in options else did_you_mean(option, options)


def kbd_folder(keymap: str) -> str | None:
    """Return the folder that has kbd's own map ``keymap``, below /usr/share/kbd/keymaps."""
    folder: str | None = _kbd()["maps"].get(keymap)
    return folder


def nearest(source: str) -> str:
    """Return kbd's map that is nearest to ``source``, a ``layout+variant``.

    The variant loses its last part until a map has it: ``fr_nodeadkeys``, ``fr``, none.
    """
    layout, _, variant = source.partition("+")
    known = [(name, of_console(name).source) for name in _kbd()["maps"]]
    while True:
        wanted = f"{layout}+{variant}".rstrip("+")
        names = [name for name, first in known if first == wanted]
        if names:
            return min(names, key=lambda name: (name != layout, _special(name), len(name), name))
        if not variant:
            return "us"
        variant = re.sub(r"[-_]?[^-_]*$", "", variant)


def _special(keymap: str) -> bool:
    """Whether the keymap is for Apple's keyboards, or for a character set before Unicode."""
    return bool(re.search(r"^mac-|^apple-|cp\d|koi8|lat6|ir209", keymap, re.IGNORECASE))


def _xkb(text: str) -> Xkb:
    sources = tuple(text.split(","))
    pairs = [source.partition("+") for source in sources]
    variants = ",".join(variant for _, _, variant in pairs)
    return Xkb(
        ",".join(layout for layout, _, _ in pairs),
        variants if variants.strip(",") else "",
        sources[0],
        sources,
        (TOGGLE,) if len(sources) > 1 else (),
    )


def _unknown(sources: str) -> str:
    """Return the first of ``sources`` that no layout is; empty if all are."""
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


def console(keymap: str | None, layouts: Xkb) -> Console:
    """Return the console keymap of an image with ``layouts``.

    A ``keymap`` that somebody named is kbd's if kbd has it. Otherwise voidgen makes it: from the
    layout that the name says, or else from ``layouts``.
    """
    if keymap is None:
        return _console_of(layouts)
    if kbd_folder(keymap):
        return Console(keymap)
    try:
        named = of_console(keymap)
    except UnknownLayoutError:
        return Console(keymap, layouts)
    return Console(keymap, evolve(named, options=layouts.options or named.options))


def _console_of(layouts: Xkb) -> Console:
    name = "_".join(source.replace("+", "-") for source in layouts.sources)
    if not kbd_folder(name):
        return Console(name, layouts)
    same = evolve(of_console(name), options=()) == layouts
    return Console(name) if same else Console(f"{name}-xkb", layouts)


@cache
def _tables() -> Tables:
    tables: Tables = json.loads(FILE.read_bytes())
    return tables


@cache
def _kbd() -> Tables:
    kbd: Tables = json.loads(KBD.read_bytes())
    return kbd
