"""``voidgen prefetch``."""

from __future__ import annotations

from typing import Any

import click


@click.command("prefetch")
@click.argument("what", metavar="WHAT")
@click.option("--image", "kind", flag_value="image", help="WHAT is a container image, NAME:TAG.")
@click.option("--file", "kind", flag_value="file", help="WHAT is a URL, hashed as it comes.")
@click.option("--unpack", "kind", flag_value="tree", help="WHAT is a URL of an archive's tree.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")
@click.pass_obj
def command(settings: dict[str, Any], what: str, kind: str | None, as_json: bool) -> None:
    """Fetch WHAT once and print what pins it: a hash (SRI), a locked reference, a digest.

    WHAT is a flake reference like github:void-linux/void-mklive, unless an option says else.
    """
    from voidgen import images, nix, render  # noqa: PLC0415
    from voidgen.cli.report import visible  # noqa: PLC0415
    from voidgen.cli.watch import watcher  # noqa: PLC0415

    with watcher(quiet=settings["quiet"]).step(f"fetching {what}"):
        if kind == "image":
            image = images.parse(what)
            found = {"digest": images.digest(image)}
            found["image"] = f"{image.name}{f':{image.tag}' if image.tag else ''}@{found['digest']}"
        else:
            fetch = {"file": nix.prefetch_file, "tree": nix.prefetch_tarball}
            got = fetch.get(kind or "", nix.flake_prefetch)(what)
            found = {"hash": got.hash, "path": str(got.path), "url": got.url}
    if as_json:
        click.echo(render.to_json(found), nl=False)
        return
    for name, value in found.items():
        if value:
            click.echo(visible(f"{name:<6}  {value}"))
