"""Make the reference page of voidgen.toml from its JSON Schema.

``python -m tools.config_page`` writes docs/reference/voidgen.toml.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.json_schema import schema
from tools.key_table import key_table, sentence
from voidgen.config.variants import SHARED, TABLE, TABLES

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

VARIANTS = f"""
## [variants.NAME]

One more image, which differs from the project's own in what this table says:
[how to use it](../how-to/variants.md). It can have the keys of these tables:
{", ".join(f"`{one}`" for one in TABLES)}.
It cannot have {" and ".join(f"`{table}.{key}`" for table, key in sorted(SHARED))}:
`flake.lock` pins them for all images. Of `[nix.sets.NAME]` it can have `overlays`.

| in a variant | becomes |
|---|---|
| a value | this value, instead of the project's |
| a list | this list, instead of the project's |
| `KEY.add = [...]` | the project's list, with these elements at its end |
| `KEY.remove = [...]` | the project's list, without these elements |
| a table | the project's table, with these keys replaced or added |

`image.name` is the project's name, `-` and the variant's name, unless the variant sets it. NAME has
lowercase letters, digits and `-`. It cannot be the name of an output that the flake has for each
image, such as `iso`.
"""


def page() -> str:
    """Return the page in Markdown."""
    return "".join(f"{line}\n" for line in _lines(json.loads(schema())))


def _lines(top: Mapping[str, Any]) -> Iterator[str]:
    yield from HEAD.splitlines()
    for name, table in top["properties"].items():
        if name != TABLE:
            yield from _table(name, table)
    yield from VARIANTS.splitlines()


def _table(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", f"## [{name}]", "", sentence(table["description"]), "", *key_table(table))
    for key, value in table["properties"].items():
        if "properties" in value:
            yield from _table(f"{name}.{key}", value)
        inner = value.get("additionalProperties") or {}
        if "properties" in inner:
            named = {**inner, "description": value["description"]}
            yield from _table(f"{name}.{key}.NAME", named)


if __name__ == "__main__":
    FILE.write_text(page())
