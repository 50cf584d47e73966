"""Make rich's consoles."""

from __future__ import annotations

from rich.console import Console


def make(*, stderr: bool = False) -> Console:
    """Return a console on standard output or standard error.

    It styles only what voidgen gives a style, and does not highlight numbers and paths.
    """
    return Console(highlight=False, stderr=stderr)
