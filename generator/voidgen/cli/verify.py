"""``voidgen verify``."""

from __future__ import annotations

from pathlib import Path

import click

from voidgen.cli.arguments import Argument
from voidgen.cli.complete import isos
from voidgen.cli.settings import Command, Settings


@click.command("verify", cls=Command)
@click.argument(
    "iso",
    cls=Argument,
    about="The ISO to check, or a variant of the project, whose ISO is in out/.",
    metavar="FILE",
    type=click.Path(path_type=Path),
    shell_complete=isos,
)
@click.option(
    "--signer",
    "signers",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Trust this public SSH key, or the keys in this file of allowed signers. Repeatable.",
)
@click.option(
    "--rebuild",
    is_flag=True,
    help="Build the ISO again from the commit it was made from, and compare the bytes.",
)
@click.option(
    "--source",
    metavar="URL@COMMIT",
    help="With --rebuild: build this commit. ?dir=FOLDER names the project's folder.",
)
@click.option(
    "--sign",
    metavar="KEY",
    type=click.Path(path_type=Path),
    help="With --rebuild: if the bytes are the same, sign a statement with this SSH key.",
)
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - the options
    settings: Settings,
    iso: Path,
    signers: tuple[Path, ...],
    rebuild: bool,
    source: str | None,
    sign: Path | None,
) -> int:
    """Check an ISO against its checksums, their signature, its manifest and its content.

    Reads the ISO and the files beside it, runs nothing of them, and needs no project. Without
    --signer, trusts the keys in [release] signers of the project that you are in, if any.
    --rebuild runs code of the source, in Nix's sandbox and in a container.
    Exits with 1 if anything differs. If no key is trusted, the signature is only a warning (??).
    """
    from voidgen import project  # noqa: PLC0415
    from voidgen.boot import image  # noqa: PLC0415
    from voidgen.cli.interrupts import be_interrupted  # noqa: PLC0415
    from voidgen.outcome import forms, types  # noqa: PLC0415
    from voidgen.release import run  # noqa: PLC0415

    def report(line: str) -> None:
        if not settings.quiet:
            click.echo(line, err=True)

    if (source or sign) and not rebuild:
        raise click.UsageError("--source and --sign need --rebuild")
    if rebuild:
        be_interrupted()
    place = Path(settings.project)
    if variant := image.named(str(iso), place):
        iso = image.of_project(project.find(place), variant)
    again = run.Rebuild(source, sign) if rebuild else None
    request = run.Request(iso, signers, place, again)
    outcomes = run.run(request, settings.watcher(), report)
    if settings.json:
        click.echo(forms.to_json(outcomes, iso=iso.name), nl=False)
    else:
        from voidgen.cli import outcome_table  # noqa: PLC0415

        outcome_table.show(outcomes)
    return 0 if types.good(outcomes) else 1
