"""``voidgen remove``."""

from __future__ import annotations

from pathlib import Path

import click

from voidgen.cli.arguments import Argument
from voidgen.cli.complete import KINDS, listed
from voidgen.cli.settings import Command, Settings


@click.command("remove", cls=Command)
@click.argument("kind", cls=Argument, about="What to remove.", type=click.Choice([*KINDS]))
@click.argument(
    "names",
    cls=Argument,
    about="Names that voidgen.toml lists.",
    metavar="NAME...",
    nargs=-1,
    required=True,
    shell_complete=listed,
)
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be written.")
@click.pass_obj
def command(settings: Settings, kind: str, names: tuple[str, ...], dry_run: bool) -> None:
    """Remove Nix packages, Void packages, overlay modules or services from voidgen.toml.

    Also removes the options of modules that leave the image, and unfree packages that nothing else
    needs. Keeps the file's comments and order.
    """
    from voidgen import project  # noqa: PLC0415
    from voidgen.cli.changed import finish  # noqa: PLC0415
    from voidgen.edit import change  # noqa: PLC0415

    folder = project.find(Path(settings.project))
    done = change.remove(folder, kind, names, settings.watcher())
    finish(settings, done, dry_run=dry_run)
