"""Arguments of commands, with their help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence


class Argument(click.Argument):
    """An argument with help in ``about``: click's own ``help`` needs click 8.5."""

    def __init__(self, names: Sequence[str], about: str, **attributes: Any) -> None:
        """Take click's attributes."""
        super().__init__(names, **attributes)
        self.about = about

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """Return its name in the usage, and its help."""
        return self.make_metavar(ctx), self.about
