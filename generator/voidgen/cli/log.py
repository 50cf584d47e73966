"""What voidgen runs and writes: told under -v, and kept for whoever interrupts it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import click

from voidgen.cli.report import visible

if TYPE_CHECKING:
    from voidgen.cli.settings import Settings


class Listener(logging.Handler):
    """Hears the records of voidgen's loggers; those of written files have them as ``written``."""

    def __init__(self, settings: Settings) -> None:
        """Time is counted from now."""
        super().__init__(logging.DEBUG if settings.debug else logging.INFO)
        self._settings = settings
        self._start = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """A line on standard error, with the seconds since the command began."""
        written = getattr(record, "written", None)
        if written:
            self._settings.written.append(written)
        if self._settings.verbose:
            seconds = time.monotonic() - self._start
            click.echo(visible(f"[{seconds:7.1f} s] {record.getMessage()}"), err=True)


def listen(settings: Settings) -> None:
    """Hear what this run tells; an earlier one's settings hear nothing more."""
    logger = logging.getLogger("voidgen")
    logger.handlers = [Listener(settings)]
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
