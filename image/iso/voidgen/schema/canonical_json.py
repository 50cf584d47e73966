"""JSON as voidgen writes it: indented, with sorted keys. Pure. Standard library only."""

from __future__ import annotations

import json
from typing import Any


def to_json(data: Any) -> bytes:
    """Return ``data`` as indented JSON in UTF-8 with sorted keys.

    Bytes of file names that aren't UTF-8 become JSON's escapes of Python's surrogates.
    """
    text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace")
