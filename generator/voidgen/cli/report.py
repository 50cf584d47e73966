"""Print errors: what is wrong, where, and what to do."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voidgen.errors import Fault
from voidgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voidgen.errors import Key


def say(what: str, remedy: str = "", output: str = "") -> None:
    """Print a message on standard error."""
    _print(f"voidgen: {what}")
    for line in output.splitlines():
        click.echo(visible(f"  | {line}"), err=True)
    for line in remedy.splitlines():
        click.echo(visible(f"  {line}"), err=True)


def note(what: str) -> None:
    """Print on standard error what the user may want to know."""
    _print(f"note: {what}")


def _print(line: str) -> None:
    """Print a message on standard error; if that is a terminal, in lines that fit it.

    Remedies are never wrapped: they have commands, which must be easy to copy.
    """
    shown = visible(line)
    if sys.stderr.isatty():
        # Imported here: it needs rich, which messages elsewhere do not.
        from voidgen.cli import rows  # noqa: PLC0415

        shown = rows.wrap(shown, rows.width(sys.stderr), 2)
    click.echo(shown, err=True)


def result(data: object) -> None:
    """Print what a command found or did, as JSON on standard output."""
    from voidgen.schema.shown_json import to_shown_json  # noqa: PLC0415

    click.echo(to_shown_json(data), nl=False)


def report(faults: Iterable[Fault]) -> None:
    """Print all faults, by file and line, each with its remedy below it."""
    for fault in sorted(faults, key=_place):
        _print(_placed(fault))
        _other(fault)
        if fault.remedy:
            click.echo(visible(f"    {fault.remedy}"), err=True)


def _placed(fault: Fault) -> str:
    """Return where the fault is, and what is wrong there."""
    return f"{_where(*_place(fault), fault.key)}: {fault.what}"


def _where(file: str, line: int, key: Key) -> str:
    # Imported here: it parses TOML for positions, which only a fault needs.
    from voidgen.schema.toml import spell  # noqa: PLC0415

    place = f"{file}:{line}" if line else file
    return f"{place}: {spell(key)}" if key else place


def _other(fault: Fault) -> None:
    """Print the second place of the fault, if it has one."""
    if fault.other:
        file, key = fault.other.file, fault.other.key
        line = _line(Fault("", file, key))
        click.echo(visible(f"    see also {_where(shown(file), line, key)}"), err=True)


def _place(fault: Fault) -> tuple[str, int]:
    return shown(fault.file) if fault.file else "voidgen", _line(fault)


def warn(fault: Fault) -> None:
    """Print a fault that stops nothing."""
    what = _placed(fault) if fault.file else fault.what
    _print(f"warning: {what}")
    _other(fault)
    for line in fault.remedy.splitlines():
        click.echo(visible(f"    {line}"), err=True)


def _line(fault: Fault) -> int:
    """Return the fault's line, 0 if it is unknown: only TOML has lines for keys."""
    from voidgen.schema.toml import line_of  # noqa: PLC0415

    if fault.line or not fault.file or not fault.key or fault.file.suffix != ".toml":
        return fault.line or 0
    return line_of(fault.file, fault.key) or 0


def shown(file: Path) -> str:
    """Return the path relative to the current folder, if it is below it."""
    path, here = os.path.abspath(file), str(Path.cwd())
    return os.path.relpath(path, here) if path.startswith(f"{here}/") else path
