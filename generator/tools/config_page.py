"""Make the reference page of voidgen.toml from its JSON Schema.

``python -m tools.config_page`` writes docs/reference/voidgen.toml.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.json_schema import schema
from tools.modules_page import cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = Path("docs/reference/voidgen.toml.md")
HEAD = """\
# voidgen.toml

This page lists all tables and keys. `make golden` makes it, and `image/voidgen.schema.json`, from
the types that voidgen reads the file with. Editors use the schema to complete and check the file:
`voidgen init` names it in the first line, `#:schema image/voidgen.schema.json`.

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
    yield from ("", f"## [{name}]", "", f"{_sentence(table['description'])}", "")
    yield from ("| key | type | default | meaning |", "|---|---|---|---|")
    needed = table.get("required", ())
    for key, value in table["properties"].items():
        default = "required" if key in needed else _default(value)
        what = cell(_sentence(value["description"]))
        yield f"| `{key}` | {cell(_kind(value))} | {default} | {what} |"
    for key, value in table["properties"].items():
        if "properties" in value:
            yield from _table(f"{name}.{key}", value)


def _kind(value: Mapping[str, Any]) -> str:
    """Return the type of a value, in words."""
    if "enum" in value:
        return "one of " + ", ".join(f"`{json.dumps(one)}`" for one in value["enum"])
    if "anyOf" in value:
        return " or ".join(_kind(one) for one in value["anyOf"])
    if value["type"] == "array":
        return f"list of {value['items']['type']}s"
    if value["type"] == "object" and "properties" not in value:
        return f"tables, each key {_inner(value)}"
    return "table" if value["type"] == "object" else str(value["type"])


def _inner(value: Mapping[str, Any]) -> str:
    """Return the type of the values in a table of tables."""
    inner = value["additionalProperties"]
    return _inner(inner) if "additionalProperties" in inner else _kind(inner)


def _default(value: Mapping[str, Any]) -> str:
    return f"`{cell(json.dumps(value['default']))}`" if "default" in value else ""


def _sentence(text: str) -> str:
    # An identifier keeps its lower case.
    begin = text[0] if "-" in text.split(maxsplit=1)[0] else text[0].upper()
    return f"{begin}{text[1:].removesuffix('.')}."


if __name__ == "__main__":
    FILE.write_text(page())
