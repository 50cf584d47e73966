"""``-o FILE``: the format that a file's ending names, and writing the file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from voidgen.cli.settings import Settings


def form(
    settings: Settings, named: str | None, output: Path | None, endings: Mapping[str, str]
) -> str:
    """Return the format: ``named`` by --format, JSON with --json, or that of the file's ending.

    Without these, it is text. Raises click.UsageError for an ending that is not in ``endings``.
    """
    ending = output.suffix.lower() if output else ""
    if output is None or named or settings.json:
        return settings.form(named, "text")
    if ending in endings:
        return endings[ending]
    raise click.UsageError(f"{_misfit(output, endings)}, or add --format")


def check_ending(
    endings: Collection[str],
) -> Callable[[click.Context, click.Parameter, Path | None], Path | None]:
    """Return a callback that refuses a file whose name has none of ``endings``."""

    def check(_: click.Context, __: click.Parameter, file: Path | None) -> Path | None:
        if file is not None and file.suffix.lower() not in endings:
            raise click.BadParameter(_misfit(file, endings))
        return file

    return check


def _misfit(file: Path, endings: Iterable[str]) -> str:
    ending = file.suffix
    what = f"no format has the ending {ending}" if ending else "has no ending that names a format"
    return f"{file}: {what}: use {', '.join(endings)}"


def refuse_terminal(form: str, output: Path | None, *forms: str) -> None:
    """Raise click.UsageError if the format is one of ``forms`` and would go to a terminal."""
    if form in forms and output is None and sys.stdout.isatty():
        what = f"{form.upper()} cannot be shown in a terminal: name a file with --output"
        raise click.UsageError(what)


def write(data: bytes, output: Path | None) -> None:
    """Write the file, or print to standard output."""
    from voidgen.system.files import write_atomically  # noqa: PLC0415

    if output is None:
        click.echo(data, nl=False)
    else:
        write_atomically(output, data)
