"""``voidgen add``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voidgen.cli.arguments import Argument
from voidgen.cli.complete import KINDS, addable
from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command("add", cls=Command)
@click.argument("kind", cls=Argument, about="What to add.", type=click.Choice([*KINDS]))
@click.argument(
    "names",
    cls=Argument,
    about="Attribute paths of the package set, Void packages, modules, or services.",
    metavar="NAME...",
    nargs=-1,
    required=True,
    shell_complete=addable,
)
@click.option("--unfree", is_flag=True, help="Accept each unfree NAME, and unfree dependencies.")
@click.option(
    "--insecure",
    is_flag=True,
    help="Accept each insecure NAME, and insecure dependencies.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be written.")
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - what the command line has
    settings: Settings,
    kind: str,
    names: tuple[str, ...],
    unfree: bool,
    insecure: bool,
    dry_run: bool,
) -> None:
    """Add Nix packages, Void packages, overlay modules or services to voidgen.toml.

    voidgen checks each NAME first: modules among the built-in ones and yours, Nix packages in the
    package set, Void packages in their repositories, services in the locked packages. It shows
    what else the image gains, and keeps the file's comments and order.
    """
    from voidgen import project  # noqa: PLC0415
    from voidgen.cli.changed import finish  # noqa: PLC0415
    from voidgen.edit import change  # noqa: PLC0415
    from voidgen.edit.types import Consent  # noqa: PLC0415

    def ask(lines: Sequence[str], question: str) -> bool:
        return not settings.json and _asked(lines, question)

    folder = project.find(Path(settings.project))
    consent = Consent(ask, unfree=unfree, insecure=insecure)
    done = change.add(folder, kind, names, consent, settings.watcher())
    finish(settings, done, dry_run=dry_run)


def _asked(lines: Sequence[str], question: str) -> bool:
    """Ask the user, if someone sits at a terminal."""
    from voidgen.text import visible  # noqa: PLC0415

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    for line in lines:
        click.echo(visible(line), err=True)
    return click.confirm(question, err=True)
