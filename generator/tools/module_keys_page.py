"""Make the reference page of module.toml's keys from the types that voidgen reads it with.

``python -m tools.module_keys_page`` writes docs/reference/module.toml.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.json_schema import schema_of
from tools.key_table import key_table, sentence
from voidgen.overlay.types import ModuleFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = Path("docs/reference/module.toml.md")
HEAD = """\
# module.toml

This page lists all keys of a module's `module.toml`. [Files, services and
templates](module-contents.md) explains what they do, and [write a
module](../how-to/write-a-module.md) builds a module step by step.

An unknown key, a value of another type, and a value that is not allowed are errors. Only `summary`
is required.

## Keys at the top
"""
SECTIONS = {
    "packages": "[packages]",
    "options": "[options.NAME]",
    "files": '[files."PATH"]',
    "directories": '[directories."PATH"]',
    "users": "[users.NAME]",
    "checks": "[[checks]]",
}
"""The keys that are tables with keys of their own, and the titles of their sections."""


def page() -> str:
    """Return the page in Markdown."""
    return "".join(f"{line}\n" for line in _lines(schema_of(ModuleFile)))


def _lines(top: Mapping[str, Any]) -> Iterator[str]:
    yield from (*HEAD.splitlines(), "", *key_table(top))
    for key, title in SECTIONS.items():
        value = top["properties"][key]
        about = sentence(value["description"])
        yield from ("", f"## {title}", "", about, "", *key_table(_inner(value)))


def _inner(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the table that a key is, or that each of its values is."""
    found: Mapping[str, Any] = value.get("items") or value.get("additionalProperties") or value
    return found


if __name__ == "__main__":
    FILE.write_text(page())
