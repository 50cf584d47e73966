"""The options of all commands: a user can write them before or after a command's name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import Factory, define

from voidgen.cli import examples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from voidgen.progress import Progress
    from voidgen.project import Project


@define
class Settings:
    """The values of these options, and what the command is doing."""

    project: str = "."
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    json: bool = False
    doing: list[str] = Factory(list)
    """The open steps, the outermost first."""
    written: list[Path] = Factory(list)
    """The user's files that were written or removed."""
    left: str = ""
    """What to say after an interrupt of a command that makes no files."""
    _watcher: Progress | None = None

    def form(self, named: str | None, otherwise: str) -> str:
        """Return the form of a command's result: --format, or JSON with --json.

        Raises click.UsageError if the two differ.
        """
        if self.json and named not in {None, "json"}:
            raise click.UsageError(f"--json and --format {named} cannot be combined: leave one out")
        return "json" if self.json else named or otherwise

    def watcher(self) -> Progress:
        """Return the progress that shows the steps of this run."""
        from voidgen.cli import watch  # noqa: PLC0415

        if self._watcher is None:
            inner = watch.watcher(quiet=self.quiet, lines=self.verbose)
            self._watcher = watch.Kept(inner, self.doing)
        return self._watcher

    def load(self) -> Project:
        """Return the project of this command, read and resolved."""
        from voidgen import project  # noqa: PLC0415

        with self.late("reading the project"):
            return project.load(project.find(Path(self.project)))

    def late(self, what: str) -> AbstractContextManager[None]:
        """Show a step only if it takes long."""
        return self.watcher().late(what)


def _keep(context: click.Context, option: click.Parameter, value: Any) -> None:
    """Let what is given after a command's name win over what is given before it."""
    settings = context.ensure_object(Settings)
    assert option.name is not None  # noqa: S101 - an option has one
    if context.get_parameter_source(option.name) is not click.core.ParameterSource.DEFAULT:
        setattr(settings, option.name, value)
    if settings.quiet and settings.verbose:
        raise click.UsageError("--quiet and --verbose cannot be combined: leave one out", context)


def _shared(*names: str, **attributes: Any) -> click.Option:
    return click.Option(names, expose_value=False, callback=_keep, **attributes)


SHARED = (
    _shared(
        "-C",
        "--project",
        metavar="DIR",
        default=".",
        type=click.Path(),
        help="Work on the project in DIR.",
    ),
    _shared("-q", "--quiet", is_flag=True, help="Print only errors and results."),
    _shared("-v", "--verbose", is_flag=True, help="Show what voidgen runs and writes, and when."),
    _shared("--debug", is_flag=True, help="Show a traceback if voidgen itself fails."),
    _shared("--json", is_flag=True, help="Print the result as JSON, for a program."),
)
"""The options of all commands."""


class Command(click.Command):
    """A command with the options of all, and its examples below its help."""

    def __init__(self, name: str, **attributes: Any) -> None:
        """Take click's attributes."""
        super().__init__(name, epilog=examples.epilog(name), **attributes)
        self.params.extend(SHARED)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, and log what it runs and writes."""
        from voidgen.cli import log  # noqa: PLC0415

        with log.listening(ctx.ensure_object(Settings)):
            return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the arguments and the command's own options first."""
        own = [one for one in self.get_params(ctx) if one not in (*SHARED, self._help(ctx))]
        arguments = [one for one in own if isinstance(one, click.Argument)]
        _write(ctx, formatter, "Arguments", arguments)
        _write(ctx, formatter, "Options", [one for one in own if one not in arguments])
        _write(ctx, formatter, "Options of all commands", [*SHARED, self._help(ctx)])

    def _help(self, context: click.Context) -> click.Parameter:
        option = self.get_help_option(context)
        assert option is not None  # noqa: S101 - each command has one
        return option


def _write(
    context: click.Context,
    formatter: click.HelpFormatter,
    title: str,
    parameters: Sequence[click.Parameter],
) -> None:
    """Write a section of a command's help, if it has rows."""
    rows = [row for one in parameters if (row := one.get_help_record(context))]
    if rows:
        with formatter.section(title):
            formatter.write_dl(rows)
