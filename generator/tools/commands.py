"""The commands as data, for manual pages and the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from attrs import frozen

from voidgen.cli import cli
from voidgen.cli.examples import EXAMPLES
from voidgen.cli.settings import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterable

EXIT_STATUS = (
    ("0", "Success."),
    ("1", "A check or a step failed."),
    ("2", "The input is wrong: the command line, voidgen.toml, a module or a lock file."),
    ("130", "voidgen was interrupted."),
)
Row = tuple[str, str]
"""A word of the command line, and what it does."""


@frozen
class Described:
    """A command: ``name`` as you type it, ``usage`` the arguments after it."""

    name: str
    summary: str
    usage: str
    paragraphs: tuple[str, ...]
    arguments: tuple[Row, ...]
    options: tuple[Row, ...]
    shared: tuple[Row, ...]
    examples: tuple[str, ...] = ()
    commands: tuple[Row, ...] = ()


def described() -> list[Described]:
    """Return ``voidgen`` itself, then its commands in the order of its help."""
    # With its settings: a command keeps the help option of the first context.
    top = click.Context(cli, info_name="voidgen", **cli.context_settings)
    commands = {name: cli.get_command(top, name) for name in cli.list_commands(top)}
    found = {name: command for name, command in commands.items() if command is not None}
    rows = [(name, command.get_short_help_str(limit=1000)) for name, command in found.items()]
    each = [
        _described(command, click.Context(command, info_name=name, parent=top))
        for name, command in found.items()
    ]
    return [_described(cli, top, rows), *each]


def _described(
    command: click.Command, context: click.Context, commands: Iterable[Row] = ()
) -> Described:
    help_option = command.get_help_option(context)
    parameters = command.get_params(context)
    shared = [one for one in parameters if one in SHARED or one is help_option]
    own = [one for one in parameters if one not in shared]
    arguments = [one for one in own if isinstance(one, click.Argument)]
    return Described(
        context.command_path,
        command.get_short_help_str(limit=1000).removesuffix("."),
        " ".join(command.collect_usage_pieces(context)),
        tuple(" ".join(one.split()) for one in (command.help or "").split("\n\n")),
        _rows(arguments, context),
        _rows((one for one in own if one not in arguments), context),
        _rows(shared, context),
        EXAMPLES.get(context.info_name or "", ()),
        tuple(commands),
    )


def _rows(parameters: Iterable[click.Parameter], context: click.Context) -> tuple[Row, ...]:
    records = (one.get_help_record(context) for one in parameters)
    return tuple((one[0], " ".join(one[1].split())) for one in records if one and one[1])
