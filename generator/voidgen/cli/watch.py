"""Long work at a terminal: a line that moves; without one, plain lines; nothing when quiet."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from voidgen.cli.report import visible
from voidgen.progress import Nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from voidgen.progress import Progress

QUARTERS = 4
"""Plain lines that a transfer prints on its way."""


def watcher(*, quiet: bool) -> Progress:
    """Who watches this run; all is told on standard error, where no result goes."""
    if quiet:
        return Nobody()
    return Terminal() if sys.stderr.isatty() else Lines()


class Lines:
    """A line for each step, for logs."""

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Tell it when it begins."""
        click.echo(visible(f"{what} ..."), err=True)
        yield

    @contextmanager
    def transfer(self, what: str, total: int) -> Iterator[Callable[[int], None]]:
        """Tell it when it begins, and at each quarter."""
        from voidgen.bytesize import show  # noqa: PLC0415

        click.echo(visible(f"{what}{f': {show(total)}' if total else ''} ..."), err=True)
        done = told = 0

        def moved(count: int) -> None:
            nonlocal done, told
            done += count
            quarter = done * QUARTERS // total if total else 0
            if quarter > told:
                told = quarter
                click.echo(f"  {show(done)} of {show(total)}", err=True)

        yield moved

    @contextmanager
    def stages(self, what: str) -> Iterator[Callable[[int, int, str], None]]:
        """Tell each as it begins, and how long it has been."""
        click.echo(visible(f"{what} ..."), err=True)
        start = time.monotonic()

        def reached(stage: int, count: int, name: str) -> None:
            elapsed = time.monotonic() - start
            click.echo(visible(f"  [{stage}/{count}] {name}  ({elapsed:.0f} s)"), err=True)

        yield reached


class Terminal:
    """A line with a clock, and a bar where there is a measure; both go when they are done."""

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show it and how long it has been running."""
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=_console(), transient=True) as bar:
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
        with Progress(*columns, console=_console(), transient=True) as bar:
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
        with Progress(*columns, console=_console(), transient=True) as bar:
            task = bar.add_task(visible(what), total=None)
            yield lambda stage, count, name: bar.update(
                task, completed=stage - 1, total=count, description=visible(name)
            )


def _console() -> Console:
    from rich.console import Console  # noqa: PLC0415

    return Console(stderr=True, highlight=False)
