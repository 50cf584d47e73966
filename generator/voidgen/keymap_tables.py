"""The tables of `voidgen.keymap`, from the lists of systemd and xkeyboard-config.

``python -m voidgen.keymap_tables KBD-MODEL-MAP RULES`` writes them anew. On Debian these are
/usr/share/systemd/kbd-model-map and the folder /usr/share/X11/xkb/rules.
"""

from __future__ import annotations

import json
import sys
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from voidgen.keymap import FILE

if TYPE_CHECKING:
    from voidgen.keymap import Tables


def read(model_map: Path, rules: Path) -> Tables:
    """The tables, from those files."""
    return {"console": _console(model_map.read_text()), "layouts": _layouts(rules)}


def _console(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        keymap, layouts, _, variants, *_ = line.split()
        pairs = zip_longest(layouts.split(","), variants.strip("-").split(","), fillvalue="")
        # Of two lines for a name systemd takes the first.
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


def to_json(tables: Tables) -> str:
    """Sorted, an entry a line."""
    parts = []
    for table, entries in sorted(tables.items()):
        lines = [f"{json.dumps(key)}: {json.dumps(entries[key])}" for key in sorted(entries)]
        parts.append(f"{json.dumps(table)}: {{\n" + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(to_json(read(*map(Path, sys.argv[1:3]))))
