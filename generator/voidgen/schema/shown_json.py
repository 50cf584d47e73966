"""JSON for what a command prints: without the secrets of URLs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voidgen.schema.canonical_json import to_json
from voidgen.system.credentials import hidden


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
