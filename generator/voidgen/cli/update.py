"""``voidgen update``."""

from __future__ import annotations

import click

from voidgen.cli.arguments import Argument
from voidgen.cli.complete import inputs as inputs_of
from voidgen.cli.settings import Command, Settings


@click.command("update", cls=Command)
@click.argument(
    "inputs",
    cls=Argument,
    about="Inputs of the flake, or xbps or container (default: all).",
    metavar="[INPUT]...",
    nargs=-1,
    shell_complete=inputs_of,
)
@click.option(
    "--no-eval",
    is_flag=True,
    help="Update package sets even if the image's packages do not evaluate.",
)
@click.pass_obj
def command(settings: Settings, inputs: tuple[str, ...], no_eval: bool) -> None:
    """Update all inputs, or each INPUT, to today's versions, and show what changed.

    INPUT is nixpkgs, a set of [nix.sets], mklive, xbps (all Void packages) or container (if
    [container] image has the form NAME:TAG@DIGEST). For a package set, voidgen shows which packages
    of the image changed version.
    """
    from voidgen.cli.lock import show  # noqa: PLC0415
    from voidgen.errors import did_you_mean_or_known  # noqa: PLC0415
    from voidgen.lock import run, state  # noqa: PLC0415

    project = settings.load()
    known = state.movable(project.plan)
    for name in inputs:
        if name not in known:
            near = did_you_mean_or_known(name, known)
            raise click.UsageError(f"no pinned input is called {name!r}: {near}")
    request = run.Request(project, frozenset(inputs or known), evaluate=not no_eval)
    show(settings, run.run(request, settings.watcher()))
