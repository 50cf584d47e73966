"""Makes rich's consoles."""

from __future__ import annotations

from rich.console import Console


def make(*, stderr: bool = False) -> Console:
    """Return a console on standard output or standard error.

    It styles only what has a style: no numbers and paths by their look.
    """
    return Console(highlight=False, stderr=stderr)
