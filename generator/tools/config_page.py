"""Make the reference page of voidgen.toml from its JSON Schema.

``python -m tools.config_page`` writes docs/reference/voidgen.toml.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.json_schema import schema
from tools.key_table import key_table, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = Path("docs/reference/voidgen.toml.md")
HEAD = """\
# voidgen.toml

This page lists all tables and keys. Editors complete and check the file with its JSON Schema, which
`voidgen generate` writes. `voidgen init` names the schema in the first line,
`#:schema image/voidgen.schema.json`.

An unknown key, a value of another type, and a value that is not allowed are errors. voidgen
reports all of them together, with their lines. Only `image.name` is required. No value may be a
URL with a password or token: [put these elsewhere](../how-to/secrets.md#passwords-of-servers).
"""


def page() -> str:
    """Return the page in Markdown."""
    return "".join(f"{line}\n" for line in _lines(json.loads(schema())))


def _lines(top: Mapping[str, Any]) -> Iterator[str]:
    yield from HEAD.splitlines()
    for name, table in top["properties"].items():
        yield from _table(name, table)


def _table(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", f"## [{name}]", "", sentence(table["description"]), "", *key_table(table))
    for key, value in table["properties"].items():
        if "properties" in value:
            yield from _table(f"{name}.{key}", value)


if __name__ == "__main__":
    FILE.write_text(page())
