"""Make rich's consoles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from typing import TextIO


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Pass BrokenPipeError on: rich would exit with status 1."""
        raise  # noqa: PLE0704 - rich calls this while it handles the error


def make(*, stderr: bool = False, file: TextIO | None = None) -> Console:
    """Return a console on standard output or standard error, or on a text ``file``.

    It styles only what voidgen gives a style, and does not highlight numbers and paths.
    """
    return _Console(highlight=False, stderr=stderr, file=file)
