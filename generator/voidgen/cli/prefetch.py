"""``voidgen prefetch``."""

from __future__ import annotations

import click

from voidgen.cli.arguments import Argument
from voidgen.cli.settings import Command, Settings


@click.command("prefetch", cls=Command)
@click.argument(
    "what", cls=Argument, about="A flake reference, or what an option says.", metavar="WHAT"
)
@click.option("--image", "kind", flag_value="image", help="WHAT is a container image, NAME:TAG.")
@click.option("--file", "kind", flag_value="file", help="WHAT is the URL of a file.")
@click.option(
    "--unpack",
    "kind",
    flag_value="tree",
    help="WHAT is the URL of an archive; hash the unpacked tree.",
)
@click.pass_obj
def command(settings: Settings, what: str, kind: str | None) -> None:
    """Download WHAT once, and print what pins it: a hash (SRI), a locked reference or a digest.

    WHAT is a flake reference such as github:void-linux/void-mklive, unless an option says
    otherwise.
    """
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.container import reference  # noqa: PLC0415
    from voidgen.errors import StepFailedError  # noqa: PLC0415
    from voidgen.nix import fetchers  # noqa: PLC0415
    from voidgen.text import visible  # noqa: PLC0415

    with settings.watcher().step(f"fetching {what}"):
        if kind == "image":
            image = reference.parse(what)
            found = {"digest": reference.digest(image)}
            found["image"] = f"{image.name}{f':{image.tag}' if image.tag else ''}@{found['digest']}"
        else:
            fetch = {"file": fetchers.prefetch_file, "tree": fetchers.prefetch_tarball}
            try:
                got = fetch.get(kind or "", fetchers.flake_prefetch)(what)
            except StepFailedError as error:
                if kind or "is unsupported" not in error.output:
                    raise
                remedy = "if it is the URL of a file, add --file; of an archive, --unpack"
                raise StepFailedError(f"{what} is not a flake reference", remedy) from None
            found = {"hash": got.hash, "path": str(got.path), "url": got.url}
    if settings.json:
        result(found)
        return
    for name, value in found.items():
        if value:
            click.echo(visible(f"{name:<6}  {value}"))
