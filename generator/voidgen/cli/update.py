"""``voidgen update``."""

from __future__ import annotations

import click

from voidgen.cli.complete import inputs as inputs_of
from voidgen.cli.settings import Command, Settings


@click.command("update", cls=Command)
@click.argument("inputs", metavar="[INPUT]...", nargs=-1, shell_complete=inputs_of)
@click.option(
    "--no-eval", is_flag=True, help="Move nixpkgs even where the image's packages do not evaluate."
)
@click.pass_obj
def command(settings: Settings, inputs: tuple[str, ...], no_eval: bool) -> None:
    """Move pins to what they stand for today, and say what moved: all, or each INPUT.

    INPUT is nixpkgs, mklive, xbps (all packages of Void) or container (where [container] image
    is written NAME:TAG@DIGEST). Of nixpkgs, the changed versions of the image's packages are told.
    """
    from voidgen.cli.lock import pin  # noqa: PLC0415
    from voidgen.errors import did_you_mean  # noqa: PLC0415
    from voidgen.lock import state  # noqa: PLC0415

    image = settings.load()
    known = state.movable(image.plan)
    for name in inputs:
        if name not in known:
            near = did_you_mean(name, known) or f"known here: {', '.join(known) or 'none'}"
            raise click.UsageError(f"nothing called {name!r} is pinned; {near}")
    pin(settings, image, frozenset(inputs or known), evaluate=not no_eval)
