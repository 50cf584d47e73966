"""What voidgen runs and writes: told under -v, and kept for whoever interrupts it."""

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


@contextmanager
def listening(settings: Settings) -> Iterator[None]:
    """Hear what this run tells, while the context lasts."""
    logger = logging.getLogger("voidgen")
    before = logger.handlers, logger.level, logger.propagate
    logger.handlers, logger.propagate = [Listener(settings)], False
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.handlers, logger.propagate = before[0], before[2]
        logger.setLevel(before[1])
