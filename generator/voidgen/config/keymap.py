"""Keyboards: a console keymap for the kernel, and XKB layouts for X and desktops.

The two have different names. kbd has its own keymaps; systemd's table kbd-model-map gives the XKB
layouts of each. A console keymap made from XKB is called ``layout-variant``.
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
"""`tools.keymap_tables` writes both."""

Tables = Mapping[str, Mapping[str, Any]]
"""``console``: keymaps with their XKB layouts; ``layouts``: XKB layouts with their variants;
``options``: XKB's groups of options with their options."""

KEYMAPS_FOLDER = "/usr/share/kbd/keymaps"
"""Void's kbd has its keymaps here: ``loadkeys`` searches all folders below."""
DEFAULT_TOGGLE = "grp:shifts_toggle"
"""The option that switches between several layouts by default, as in kbd-model-map."""


@frozen
class Xkb:
    """Keyboard layouts, as X's options and as desktops' input sources name them."""

    layout: str
    """XkbLayout: a name, or several with commas."""
    variant: str
    """XkbVariant: one for each layout, possibly empty; empty if no layout has a variant."""
    source: str
    """``layout+variant`` of the first."""
    sources: tuple[str, ...]
    """``layout+variant`` of each."""
    options: tuple[str, ...] = ()
    """XkbOptions, such as ``grp:alt_shift_toggle``."""

    @property
    def gnomekbd_options(self) -> tuple[str, ...]:
        """The options as libgnomekbd writes them: the group, a tab, the option."""
        groups = {
            option: group for group, options in _tables()["options"].items() for option in options
        }
        return tuple(f"{groups[option]}\t{option}" for option in self.options)


@frozen
class Console:
    """The console keymap: its name for ``loadkeys``, and the layouts that voidgen makes it from."""

    name: str
    made: Xkb | None = None
    """None if the keymap is kbd's own."""

    @property
    def path(self) -> str:
        """The path in the image of a keymap that voidgen makes."""
        return f"{KEYMAPS_FOLDER}/xkb/{self.name}.map.gz"

    def is_map(self, path: str) -> bool:
        """Return whether ``loadkeys`` can load the image's file ``path`` as this keymap."""
        suffix = r"(?:\.k?map)?(?:\.(?:gz|bz2|xz|zst))?"
        name = re.escape(self.name)
        return bool(re.fullmatch(rf"{KEYMAPS_FOLDER}/(?:.*/)?{name}{suffix}", path))


class UnknownLayoutError(ValueError):
    """No layout has that name; ``near`` is a question with names that look like it."""

    def __init__(self, what: str, near: str) -> None:
        """Take the message ``what``, which names the layout."""
        super().__init__(what)
        self.near = near


def layouts_of_keymap(keymap: str) -> Xkb:
    """Return the XKB layouts of the console keymap ``keymap``.

    Raises UnknownLayoutError if neither kbd-model-map nor XKB knows it.
    """
    known = _tables()["console"]
    sources = known.get(keymap, keymap.replace("-", "+", 1))
    if _unknown(sources):
        names = {*known, *(source.replace("+", "-", 1) for source in _sources())}
        near = did_you_mean(keymap, (name for name in names if not _unknown(known.get(name, ""))))
        raise UnknownLayoutError(f"no XKB layout is known for the keymap {keymap!r}", near)
    return _xkb(sources)


def layouts_of_sources(sources: str) -> Xkb:
    """Return the XKB layouts of ``sources``: ``layout+variant``, or several with commas.

    Raises UnknownLayoutError if xkeyboard-config lacks one.
    """
    if unknown := _unknown(sources):
        what = f"xkeyboard-config has no layout {unknown!r}"
        raise UnknownLayoutError(what, did_you_mean(unknown, _sources()))
    return _xkb(sources)


def hint_for_unknown_option(option: str) -> str | None:
    """Return None if xkeyboard-config has ``option``, else a question with similar options.

    The question is empty if no option is similar.
    """
    options = [name for names in _tables()["options"].values() for name in names]
    return None if option in options else did_you_mean(option, options)


def kbd_folder(keymap: str) -> str | None:
    """Return the folder of kbd's keymap ``keymap`` below KEYMAPS_FOLDER; None if kbd lacks it."""
    folder: str | None = _kbd()["maps"].get(keymap)
    return folder


def nearest_kbd_keymap(source: str) -> str:
    """Return kbd's keymap that is nearest to ``source``, a ``layout+variant``.

    The variant is shortened until a keymap has it: ``fr_nodeadkeys``, ``fr``, then none.
    """
    layout, _, variant = source.partition("+")
    known = [(name, layouts_of_keymap(name).source) for name in _kbd()["maps"]]
    while True:
        wanted = f"{layout}+{variant}".rstrip("+")
        names = [name for name, first in known if first == wanted]
        if names:
            return min(names, key=lambda name: (name != layout, _is_special(name), len(name), name))
        if not variant:
            return "us"
        variant = re.sub(r"[-_]?[^-_]*$", "", variant)


def _is_special(keymap: str) -> bool:
    """Return whether the keymap is for Apple's keyboards or for a charset older than Unicode."""
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
        (DEFAULT_TOGGLE,) if len(sources) > 1 else (),
    )


def _unknown(sources: str) -> str:
    """Return the first of ``sources`` that XKB does not have; empty if it has all."""
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


def console_keymap(keymap: str | None, layouts: Xkb) -> Console:
    """Return the console keymap of an image with ``layouts``.

    If kbd has ``keymap``, that is used. Otherwise voidgen makes the keymap: from the layout of its
    name, or else from ``layouts``.
    """
    if keymap is None:
        return _console_keymap_of(layouts)
    if kbd_folder(keymap):
        return Console(keymap)
    try:
        named = layouts_of_keymap(keymap)
    except UnknownLayoutError:
        return Console(keymap, layouts)
    return Console(keymap, evolve(named, options=layouts.options or named.options))


def _console_keymap_of(layouts: Xkb) -> Console:
    name = "_".join(source.replace("+", "-") for source in layouts.sources)
    if not kbd_folder(name):
        return Console(name, layouts)
    same = evolve(layouts_of_keymap(name), options=()) == layouts
    return Console(name) if same else Console(f"{name}-xkb", layouts)


@cache
def _tables() -> Tables:
    tables: Tables = json.loads(FILE.read_bytes())
    return tables


@cache
def _kbd() -> Tables:
    kbd: Tables = json.loads(KBD.read_bytes())
    return kbd
