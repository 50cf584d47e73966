"""Make the tables of `voidgen.config.keymap` from lists of systemd, xkeyboard-config and kbd.

``python -m tools.keymap_tables KBD-MODEL-MAP RULES KEYMAPS VERSION`` writes them. On Debian the
first two are /usr/share/systemd/kbd-model-map and the folder /usr/share/X11/xkb/rules. KEYMAPS is
the folder /usr/share/kbd/keymaps of Void's package kbd, and VERSION is the version of that package.
Without the package, use data/keymaps of kbd's source, changed as post_patch and post_install of
srcpkgs/kbd/template change it.
"""

from __future__ import annotations

import json
import sys
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from voidgen.config.keymap import FILE, KBD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voidgen.config.keymap import Tables

BY_HAND = Path(__file__).with_name("kbd-model-map.more")
"""Maps of kbd that systemd's table does not have."""


def read(model_maps: Iterable[Path], rules: Path) -> Tables:
    """Return the tables, from those files; the first of ``model_maps`` that has a name wins."""
    text = "\n".join(file.read_text() for file in model_maps)
    return {"console": _console(text), "layouts": _layouts(rules), "options": _options(rules)}


def kbd(keymaps: Path, version: str) -> dict[str, Any]:
    """Return the names of kbd's keymaps below ``keymaps``, each with its folder there.

    A name in two folders gets the folder that ``loadkeys`` finds first.
    """
    found: dict[str, str] = {}
    for file in sorted(keymaps.rglob("*.map*")):
        folder = file.parent.relative_to(keymaps)
        if folder.name != "include":
            found.setdefault(file.name.partition(".map")[0], str(folder))
    about = {"package": "kbd", "version": version, "license": "GPL-2.0-or-later"}
    return {"about": about, "maps": found}


def _console(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        keymap, layouts, _, variants, *_ = line.split()
        pairs = zip_longest(layouts.split(","), variants.strip("-").split(","), fillvalue="")
        # If a name has two lines, systemd takes the first.
        found.setdefault(keymap, ",".join("+".join(filter(None, pair)) for pair in pairs))
    return found


def _layouts(rules: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in ("base.xml", "base.extras.xml"):
        for layout in ET.parse(rules / name).iterfind("layoutList/layout"):  # noqa: S314
            variants = found.setdefault(layout.findtext("configItem/name", ""), [])
            variants += (
                variant.findtext("name", "")
                for variant in layout.iterfind("variantList/variant/configItem")
            )
    return found


def _options(rules: Path) -> dict[str, list[str]]:
    """Return each group's options; libgnomekbd names an option with its group."""
    found: dict[str, list[str]] = {}
    for name in ("base.xml", "base.extras.xml"):
        for group in ET.parse(rules / name).iterfind("optionList/group"):  # noqa: S314
            options = found.setdefault(group.findtext("configItem/name", ""), [])
            options += (
                item.findtext("name", "")
                for item in group.iterfind("option/configItem")
                if item.findtext("name", "") not in options
            )
    return found


def to_json(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Return sorted JSON, with one entry on each line."""
    parts = []
    for table, entries in sorted(tables.items()):
        lines = [f"{json.dumps(key)}: {json.dumps(entries[key])}" for key in sorted(entries)]
        parts.append(f"{json.dumps(table)}: {{\n" + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(to_json(read((BY_HAND, Path(sys.argv[1])), Path(sys.argv[2]))))
    KBD.write_text(to_json(kbd(Path(sys.argv[3]), sys.argv[4])))
