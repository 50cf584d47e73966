"""Tables of a TOML file's keys for reference pages, made from its JSON Schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tools.modules_page import cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def key_table(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a Markdown table with each key of ``table``, the schema of an object."""
    yield from ("| key | type | default | meaning |", "|---|---|---|---|")
    needed = table.get("required", ())
    for key, value in table["properties"].items():
        default = "required" if key in needed else _default(value)
        what = cell(sentence(value["description"]))
        yield f"| `{key}` | {cell(_kind(value))} | {default} | {what} |"


def sentence(text: str) -> str:
    """Return ``text`` as a sentence; an identifier at its beginning keeps its lower case."""
    begin = text[0] if "-" in text.split(maxsplit=1)[0] else text[0].upper()
    return f"{begin}{text[1:].removesuffix('.')}."


def _kind(value: Mapping[str, Any]) -> str:
    """Return the type of a value, in words."""
    if "enum" in value:
        return "one of " + ", ".join(f"`{json.dumps(one)}`" for one in value["enum"])
    if "anyOf" in value:
        return " or ".join(_kind(one) for one in value["anyOf"])
    if value["type"] == "array":
        return f"list of {_plural(value['items'])}"
    if value["type"] == "object" and "properties" not in value:
        inner = value["additionalProperties"]
        if "additionalProperties" in inner and "properties" not in inner:
            return f"tables, each key {_kind(inner['additionalProperties'])}"
        return f"table of {_plural(inner)}"
    return "table" if value["type"] == "object" else str(value["type"])


def _plural(value: Mapping[str, Any]) -> str:
    """Return what several values of a type are, in words; names of a fixed set are strings."""
    if value.get("type") == "array":
        return f"lists of {_plural(value['items'])}"
    return "tables" if value.get("type") == "object" else f"{value.get('type', 'string')}s"


def _default(value: Mapping[str, Any]) -> str:
    return f"`{cell(json.dumps(value['default']))}`" if "default" in value else ""
