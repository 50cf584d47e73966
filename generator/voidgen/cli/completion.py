"""``voidgen completion``."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print what makes a SHELL complete voidgen's commands, options and names.

    Modules, packages that voidgen.toml has, inputs and git revisions are completed, too.
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    from voidgen.cli import cli  # noqa: PLC0415

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - one of click's own
    click.echo(kind(cli, {}, "voidgen", "_VOIDGEN_COMPLETE").source())
