"""The argument and the option that name one of a project's images."""

from __future__ import annotations

import click

from voidgen.cli.arguments import Argument
from voidgen.cli.complete import variants

argument = click.argument(
    "variant",
    cls=Argument,
    about="A variant of voidgen.toml (default: the project's own image).",
    required=False,
    default="",
    shell_complete=variants,
)
option = click.option(
    "--variant",
    metavar="NAME",
    default="",
    help="A variant of voidgen.toml, instead of the project's own image.",
    shell_complete=variants,
)
