"""``voidgen verify``."""

from __future__ import annotations

from pathlib import Path

import click

from voidgen.cli.settings import Command, Settings


@click.command("verify", cls=Command)
@click.argument("iso", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--signer",
    "signers",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A public SSH key, or a file of allowed signers, to trust. May repeat.",
)
@click.pass_obj
def command(settings: Settings, iso: Path, signers: tuple[Path, ...]) -> int:
    """Check an ISO against its sums, their signature, its manifest and what is in it.

    What lies beside FILE is looked at, and the ISO itself; nothing of it is run, and no project
    is needed. Without --signer, the keys of [release] signers of the project around are trusted.
    Exits with 1 where anything is not as it is told; a signature is a warning (??) where nobody
    is named.
    """
    from voidgen.outcome import forms, table, types  # noqa: PLC0415
    from voidgen.release import signature, verify  # noqa: PLC0415

    named_by, keys = ("--signer", ()) if signers else _of_project(settings)
    allowed = signature.signers(signers, keys)
    outcomes = list(verify.verify(iso, allowed, named_by, settings.watcher()))
    if settings.json:
        click.echo(forms.to_json(outcomes, iso=iso.name), nl=False)
    else:
        table.show(outcomes)
    return 0 if types.good(outcomes) else 1


def _of_project(settings: Settings) -> tuple[str, tuple[str, ...]]:
    """The file that names who signs here, and their keys, where here is a project."""
    from voidgen import config, project  # noqa: PLC0415
    from voidgen.errors import WrongInputError  # noqa: PLC0415

    try:
        folder = project.find(Path(settings.project))
    except WrongInputError:
        if settings.project != ".":
            raise
        return "nobody", ()
    return str(folder / config.FILE), config.load(folder).release.signers
