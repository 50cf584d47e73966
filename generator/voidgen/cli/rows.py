"""Rows and messages that fit the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from voidgen.cli import styled
from voidgen.cli.styled import Span

if TYPE_CHECKING:
    from typing import TextIO


def width(stream: TextIO | None = None) -> int | None:
    """Return the columns of the terminal that ``stream`` is; None if it isn't one.

    Without a ``stream``, it is standard output.
    """
    stream = stream or sys.stdout
    if not stream.isatty():
        return None
    if not os.environ.get("COLUMNS"):
        # Standard output may be a file, or another terminal.
        with suppress(OSError):
            if columns := os.get_terminal_size(stream.fileno()).columns:
                return columns
    return shutil.get_terminal_size().columns


def wrap(text: str, columns: int | None, indent: int) -> str:
    """Return ``text`` in lines of at most ``columns``, all but the first with an ``indent``.

    Longer words, and commands in backquotes, stay whole. Without ``columns``, or if the lines would
    be very short, the text stays as it is.
    """
    if columns is None or columns - indent < _LEAST:
        return text
    lines = styled.wrapped((Span(text),), columns, indent)
    return "\n".join("".join(span.text for span in line) for line in lines)


_LEAST = 20
"""Columns that text needs to be easier to read in lines than as one."""


def shorten(text: str, columns: int) -> str:
    """Return ``text``, cut with an ellipsis if it needs more than ``columns``."""
    if styled.width(text) <= columns:
        return text
    from rich.cells import set_cell_size  # noqa: PLC0415 - diffs do without

    return f"{set_cell_size(text, max(columns - 1, 0)).rstrip()}…"
