"""``voidgen verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from voidgen.cli.settings import Command, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.outcome.types import Outcome
    from voidgen.provenance.source import Source


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
    help="With --rebuild: if the bytes are the same, sign a statement of it with this SSH key.",
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
    """Check an ISO against its sums, their signature, its manifest and what is in it.

    Reads the ISO and the files beside it, runs nothing of them, and needs no project. Without
    --signer, trusts the keys of [release] signers of the project that you are in, if any.
    --rebuild runs what the source says, in Nix's sandbox and in a container.
    Exits with 1 if anything differs. A signature is a warning (??) if no signer is named.
    """
    from voidgen.cli.interrupts import be_interrupted  # noqa: PLC0415
    from voidgen.outcome import forms, types  # noqa: PLC0415
    from voidgen.provenance import signature  # noqa: PLC0415
    from voidgen.provenance import source as read_source  # noqa: PLC0415
    from voidgen.release import verify  # noqa: PLC0415

    if (source or sign) and not rebuild:
        raise click.UsageError("--source and --sign need --rebuild")
    wanted = read_source.parse(source) if source else None
    if sign:
        signature.refuse_no_key(sign)
    named_by, keys = ("--signer", ()) if signers else _of_project(settings)
    allowed = signature.signers(signers, keys)
    outcomes = list(verify.verify(iso, allowed, named_by, settings.watcher()))
    if rebuild:
        be_interrupted()
        outcomes += _rebuilt(settings, iso, wanted, sign, outcomes)
    if settings.json:
        click.echo(forms.to_json(outcomes, iso=iso.name), nl=False)
    else:
        from voidgen.cli import outcome_table  # noqa: PLC0415

        outcome_table.show(outcomes)
    return 0 if types.good(outcomes) else 1


def _rebuilt(
    settings: Settings, iso: Path, wanted: Source | None, sign: Path | None, before: list[Outcome]
) -> Iterator[Outcome]:
    from voidgen.container import engine  # noqa: PLC0415
    from voidgen.outcome.types import Outcome  # noqa: PLC0415
    from voidgen.provenance import statements  # noqa: PLC0415
    from voidgen.release.rebuild import NAME, rebuild  # noqa: PLC0415

    if any(one.name == f"sum of {iso.name}" and one.state == "failed" for one in before):
        yield Outcome(NAME, "skipped", "the ISO is damaged: its checksum differs")
        return
    found = rebuild(iso, wanted, settings.watcher())
    yield found.outcome
    if sign and found.provenance:
        # Not a moving line: ssh-keygen may ask for a passphrase on it.
        if not settings.quiet:
            click.echo("signing the statement ...", err=True)
        file = statements.add(iso, found.provenance, sign)
        engine.give(file)
        yield Outcome("the statement is signed", "passed", file.name)


def _of_project(settings: Settings) -> tuple[str, tuple[str, ...]]:
    """Return the file that names the signers of the project, and their keys, if there is one."""
    from voidgen import config, project  # noqa: PLC0415
    from voidgen.errors import WrongInputError  # noqa: PLC0415

    try:
        folder = project.find(Path(settings.project))
    except WrongInputError:
        if settings.project != ".":
            raise
        return "nobody", ()
    return str(folder / config.FILE), config.load(folder).release.signers
