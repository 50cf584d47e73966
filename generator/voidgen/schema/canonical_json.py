"""JSON as voidgen writes it: with sorted keys, and with the spelling of voidgen.toml. Pure."""

from __future__ import annotations

import json
from typing import Any

import attrs


def to_json(data: Any) -> bytes:
    """Return ``data`` as indented JSON in UTF-8 with sorted keys.

    Bytes of file names that aren't UTF-8 become JSON's escapes of Python's surrogates.
    """
    text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace")


def data(value: Any) -> dict[str, Any]:
    """Return an attrs value as a dictionary with the keys of voidgen.toml."""
    data = attrs.asdict(value, value_serializer=lambda _, __, item: item)
    return {name.replace("_", "-"): item for name, item in data.items()}
