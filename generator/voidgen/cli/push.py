"""``voidgen push``."""

from __future__ import annotations

from pathlib import Path

import attrs
import click

from voidgen.cli.arguments import Argument
from voidgen.cli.settings import Command, Settings


@click.command("push", cls=Command)
@click.argument(
    "store", cls=Argument, about="Where to copy to: the URL of a Nix store.", metavar="STORE-URL"
)
@click.option(
    "--key",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="The secret key to sign with: `nix key generate-secret --key-name NAME > FILE`.",
)
@click.pass_obj
def command(settings: Settings, store: str, key: Path) -> None:
    """Copy everything that the image is made of to a Nix store, signed.

    That is the closure, the sources that the flake is evaluated from, Void's locked packages and
    the container. If [cache] in voidgen.toml names this store and its key, others download from it
    instead of building. STORE-URL is a store URL that Nix accepts: file://, s3://, ssh-ng://.
    """
    from voidgen import project  # noqa: PLC0415
    from voidgen.cli.report import result  # noqa: PLC0415
    from voidgen.errors import Fault, WrongInputError  # noqa: PLC0415
    from voidgen.release import push  # noqa: PLC0415
    from voidgen.text import visible  # noqa: PLC0415

    if "://" not in store:
        remedy = "a folder is file:///…; see `nix help-stores`"
        raise WrongInputError(Fault(f"{store!r} is not the URL of a Nix store", remedy=remedy))
    image = project.load(project.find(Path(settings.project)))
    pushed = push.push(image, store, key, settings.watcher())
    if settings.json:
        result({"store": store, **attrs.asdict(pushed)})
        return
    if settings.quiet:
        return
    click.echo(visible(f"{len(pushed.paths)} store paths and what they need are in {store}"))
    cache = image.plan.config.cache
    if pushed.key not in cache.keys:
        click.echo("To use it, add this to voidgen.toml and run `voidgen generate`:")
        click.echo("  [cache]")
        click.echo(visible(f"  stores = [{store!r}]"))
        click.echo(visible(f"  keys = [{pushed.key!r}]"))
