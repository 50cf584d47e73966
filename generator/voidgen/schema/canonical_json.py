"""JSON as voidgen writes it: with sorted keys, and with the spelling of voidgen.toml. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from voidgen.system.credentials import hidden


def to_json(data: Any) -> bytes:
    """Return ``data`` as indented JSON in UTF-8 with sorted keys.

    Bytes of file names that aren't UTF-8 become JSON's escapes of Python's surrogates.
    """
    text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace")


def to_shown_json(data: Any) -> bytes:
    """Return `to_json` of ``data`` without the passwords and tokens of URLs in it.

    For what a command prints: someone else's document, or another voidgen's, may have some.
    """
    return to_json(_without_secrets(data))


def _without_secrets(data: Any) -> Any:
    if isinstance(data, str):
        return hidden(data)
    if isinstance(data, Mapping):
        return {hidden(key): _without_secrets(value) for key, value in data.items()}
    return [*map(_without_secrets, data)] if isinstance(data, list | tuple) else data


def data(value: Any) -> dict[str, Any]:
    """Return an attrs value as a dictionary with the keys of voidgen.toml."""
    data = attrs.asdict(value, value_serializer=lambda _, __, item: item)
    return {name.replace("_", "-"): item for name, item in data.items()}
