"""``voidgen add``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voidgen.cli.complete import addable
from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.command("add", cls=Command)
@click.argument("kind", type=click.Choice(["nix", "xbps", "module"]))
@click.argument("names", metavar="NAME...", nargs=-1, required=True, shell_complete=addable)
@click.option("--unfree", is_flag=True, help="Accept the unfree packages among them.")
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be written.")
@click.pass_obj
def command(
    settings: Settings, kind: str, names: tuple[str, ...], unfree: bool, dry_run: bool
) -> None:
    """Add packages of Nix or Void, or overlay modules, to voidgen.toml.

    Each NAME is checked first: modules by the catalogue, Nix packages by the package set, Void's by
    their repositories. What comes along is told. Comments and order of the file stay.
    """
    from voidgen import project  # noqa: PLC0415
    from voidgen.cli.changed import finish  # noqa: PLC0415
    from voidgen.edit import change  # noqa: PLC0415

    def accept(found: Mapping[str, tuple[str, ...]]) -> bool:
        return unfree or (not settings.json and _asked(found))

    folder = project.find(Path(settings.project))
    progress = settings.watcher()
    done = change.add(folder, kind, names, accept, progress)
    finish(settings, done, dry_run=dry_run)


def _asked(found: Mapping[str, tuple[str, ...]]) -> bool:
    """Ask a person, where there is one."""
    from voidgen.cli.report import visible  # noqa: PLC0415

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    for name, licenses in found.items():
        click.echo(visible(f"{name} is unfree (licence: {', '.join(licenses)})"), err=True)
    what = "it" if len(found) == 1 else "them"
    return click.confirm(f"Accept {what} in this image?", err=True)
