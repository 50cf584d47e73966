"""What voidgen runs and writes: shown under -v, and kept for the message of an interrupt."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from voidgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.cli.settings import Settings


class Listener(logging.Handler):
    """Handles the log records of voidgen; keeps the files that were ``written``."""

    def __init__(self, settings: Settings) -> None:
        """Start to count the time now."""
        super().__init__(logging.DEBUG if settings.debug else logging.INFO)
        self._settings = settings
        self._start = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Print a line on standard error, with the seconds since the command began."""
        written = getattr(record, "written", None)
        if written:
            self._settings.written.append(written)
        if self._settings.verbose:
            seconds = time.monotonic() - self._start
            click.echo(visible(f"[{seconds:7.1f} s] {record.getMessage()}"), err=True)


@contextmanager
def listening(settings: Settings) -> Iterator[None]:
    """Handle the log records of this run while the context lasts."""
    logger = logging.getLogger("voidgen")
    before = logger.handlers, logger.level, logger.propagate
    logger.handlers, logger.propagate = [Listener(settings)], False
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.handlers, logger.propagate = before[0], before[2]
        logger.setLevel(before[1])
