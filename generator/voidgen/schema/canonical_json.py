"""JSON as voidgen writes it: sorted, indented, with the keys of voidgen.toml. Pure."""

from __future__ import annotations

import json
from typing import Any

import attrs


def to_json(data: Any) -> bytes:
    """JSON as it is emitted: sorted, indented, UTF-8.

    Bytes of a file's name that are no UTF-8 become escapes of JSON, as Python has them.
    """
    text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace")


def data(value: Any) -> dict[str, Any]:
    """An attrs value with the keys of voidgen.toml."""
    data = attrs.asdict(value, value_serializer=lambda _, __, item: item)
    return {name.replace("_", "-"): item for name, item in data.items()}
