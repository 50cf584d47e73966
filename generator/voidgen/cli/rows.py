"""Rows that fit the terminal."""

from __future__ import annotations

import shutil
import sys


def width() -> int | None:
    """Return the columns of the terminal that standard output is; None if it isn't one."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def shorten(text: str, columns: int) -> str:
    """Return ``text``, cut with an ellipsis if it needs more than ``columns``."""
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - diffs do without

    if cell_len(text) <= columns:
        return text
    return f"{set_cell_size(text, max(columns - 1, 0)).rstrip()}…"
