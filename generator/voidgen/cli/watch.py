"""Show long work: a moving line at a terminal, plain lines elsewhere, nothing if quiet."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from voidgen.progress import NoProgress
from voidgen.system.credentials import hidden
from voidgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from rich.console import Console
    from rich.progress import Progress as Bars

    from voidgen.progress import Progress

T = TypeVar("T")
QUARTERS = 4
"""Number of plain lines that a transfer prints while it runs."""


def watcher(*, quiet: bool, lines: bool = False) -> Progress:
    """Return the progress that shows the steps of this run, on standard error.

    ``lines`` prints plain lines on a terminal, too: messages come between them.
    """
    if quiet:
        return NoProgress()
    moves = sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in {"dumb", "unknown"}
    return Terminal() if moves and not lines else Lines()


PATIENCE = 1.0
"""Seconds that a user waits without wondering what voidgen does."""


@contextmanager
def late(progress: Progress, what: str) -> Iterator[None]:
    """Show a step only if it takes longer than `PATIENCE`, because most take no time."""
    with ExitStack() as shown:
        timer = threading.Timer(PATIENCE, lambda: shown.enter_context(progress.step(what)))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


class _Late:
    def late(self: Progress, what: str) -> AbstractContextManager[None]:
        """Show a step only if it takes long."""
        return late(self, what)


class Kept(_Late):
    """Keeps the open steps in ``doing``, for the message of an interrupt, and passes them on.

    Passwords of URLs are hidden from both.
    """

    def __init__(self, inner: Progress, doing: list[str]) -> None:
        """Keep the outermost step first in ``doing``."""
        self._inner = inner
        self._doing = doing

    def step(self, what: str) -> AbstractContextManager[None]:
        """Keep it and pass it on."""
        return self._kept(what, self._inner.step(hidden(what)))

    def transfer(self, what: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Keep it and pass it on."""
        return self._kept(what, self._inner.transfer(hidden(what), total))

    def stages(self, what: str) -> AbstractContextManager[Callable[[int, int, str], None]]:
        """Keep it and pass it on."""
        return self._kept(what, self._inner.stages(hidden(what)))

    @contextmanager
    def _kept(self, what: str, inner: AbstractContextManager[T]) -> Iterator[T]:
        self._doing.append(hidden(what))
        try:
            with inner as entered:
                yield entered
        except Exception:
            # Only an interrupt leaves it there.
            self._doing.pop()
            raise
        self._doing.pop()


class Lines(_Late):
    """Prints a line for each step, for logs."""

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Print it when it begins."""
        click.echo(visible(f"{what} ..."), err=True)
        yield

    @contextmanager
    def transfer(self, what: str, total: int) -> Iterator[Callable[[int], None]]:
        """Print it when it begins, and at each quarter."""
        from voidgen.text import human_size  # noqa: PLC0415

        click.echo(visible(f"{what}{f': {human_size(total)}' if total else ''} ..."), err=True)
        done = shown = 0

        def moved(count: int) -> None:
            nonlocal done, shown
            done += count
            quarter = done * QUARTERS // total if total else 0
            if quarter > shown:
                shown = quarter
                click.echo(f"  {human_size(done)} of {human_size(total)}", err=True)

        yield moved

    @contextmanager
    def stages(self, what: str) -> Iterator[Callable[[int, int, str], None]]:
        """Print each stage when it begins, with the time since the first."""
        click.echo(visible(f"{what} ..."), err=True)
        start = time.monotonic()

        def reached(stage: int, count: int, name: str) -> None:
            elapsed = time.monotonic() - start
            click.echo(visible(f"  [{stage}/{count}] {name}  ({elapsed:.0f} s)"), err=True)

        yield reached


class Terminal(_Late):
    """Shows a line with a clock, and a bar if the work has a measure, until it is done.

    Of steps within steps, shows the innermost.
    """

    def __init__(self) -> None:
        """Show nothing yet."""
        self._bars: list[Bars] = []
        self._lock = threading.RLock()

    @contextmanager
    def _shown(self, bars: Bars) -> Iterator[Bars]:
        with self._lock:
            # One at a time moves the cursor; steps begin in threads, too.
            for other in self._bars[-1:]:
                other.stop()
            self._bars.append(bars)
            bars.start()
        try:
            yield bars
        finally:
            with self._lock:
                bars.stop()
                self._bars.remove(bars)
                for other in self._bars[-1:]:
                    other.start()

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show it and how long it has been running."""
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
        )
        with self._shown(Progress(*columns, console=_console(), transient=True)) as bar:
            bar.add_task(visible(what), total=None)
            yield

    @contextmanager
    def transfer(self, what: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show how much has been moved, how quickly, and how long it will take."""
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(binary_units=True),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        with self._shown(Progress(*columns, console=_console(), transient=True)) as bar:
            task = bar.add_task(visible(what), total=total)
            yield lambda count: bar.advance(task, count)

    @contextmanager
    def stages(self, what: str) -> Iterator[Callable[[int, int, str], None]]:
        """Show a bar, the name of the stage and the time since the first."""
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        columns = (
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
        )
        with self._shown(Progress(*columns, console=_console(), transient=True)) as bar:
            task = bar.add_task(visible(what), total=None)
            yield lambda stage, count, name: bar.update(
                task, completed=stage - 1, total=count, description=visible(name)
            )


def _console() -> Console:
    from voidgen.cli import console  # noqa: PLC0415 - rich is slow to import

    return console.make(stderr=True)
