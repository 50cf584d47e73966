"""``voidgen completion``."""

from __future__ import annotations

import click

from voidgen.cli.arguments import Argument
from voidgen.cli.settings import Command, Settings


@click.command("completion", cls=Command)
@click.argument(
    "shell",
    cls=Argument,
    about="The shell to write the script for.",
    type=click.Choice(["bash", "zsh", "fish"]),
)
@click.pass_obj
def command(settings: Settings, shell: str) -> None:
    """Print a script with which your shell completes voidgen's commands, options and names.

    It also completes modules, packages in voidgen.toml, inputs and git revisions.
    """
    if settings.json:
        raise click.UsageError("a shell cannot read JSON: leave out --json")
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    from voidgen.cli import cli  # noqa: PLC0415

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - one of click's own
    click.echo(kind(cli, {}, "voidgen", "_VOIDGEN_COMPLETE").source())
