"""Data that others wrote: programs, other releases of voidgen, or whoever gave a file."""

from __future__ import annotations

import json
from typing import Any

GARBLED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading data of another shape than expected raises."""


def parse(data: bytes | str) -> Any:
    """What ``data`` says; ValueError where it is no JSON, or no memory is enough for its depth."""
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("nested too deeply") from None
