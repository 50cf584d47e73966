"""``voidgen verify``: check an ISO, and build it again if that is asked for. Prints nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen import config, project
from voidgen.container import engine
from voidgen.errors import WrongInputError
from voidgen.outcome.types import Outcome
from voidgen.provenance import signature, statements
from voidgen.provenance import source as sources
from voidgen.release import verify
from voidgen.release.rebuild import NAME, rebuild

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from voidgen.progress import Progress
    from voidgen.provenance.source import Source


@frozen
class Rebuild:
    """Build the ISO again from ``source`` (URL@COMMIT), or else from its provenance's.

    If the bytes are the same, a statement of it is signed with the SSH ``key``, if there is one.
    """

    source: str | None = None
    key: Path | None = None


@frozen
class Request:
    """The ISO to check, and the files of the ``signers`` to trust.

    Without these, the signers of the project in ``folder`` are trusted. The current folder need not
    be in a project: then nobody is trusted.
    """

    iso: Path
    signers: tuple[Path, ...] = ()
    folder: Path = Path()
    rebuild: Rebuild | None = None


def run(request: Request, progress: Progress, report: Callable[[str], None]) -> list[Outcome]:
    """Return the outcome of each check; ``report`` gets lines for the user during the run.

    Raises WrongInputError if the ISO, a signer or the key cannot be read, or if the source has not
    the form URL@COMMIT.
    """
    again = request.rebuild
    source = sources.parse(again.source) if again and again.source else None
    if again and again.key:
        signature.refuse_no_key(again.key)
    named_by, keys = ("--signer", ()) if request.signers else _of_project(request.folder)
    allowed = signature.signers(request.signers, keys)
    found = list(verify.verify(request.iso, allowed, named_by, progress))
    sum_ = f"sum of {request.iso.name}"
    if again and any(one.name == sum_ and one.state == "failed" for one in found):
        found.append(Outcome(NAME, "skipped", "the ISO is damaged: its checksum differs"))
    elif again:
        found += _rebuilt(request.iso, source, again.key, progress, report)
    return found


def _of_project(folder: Path) -> tuple[str, tuple[str, ...]]:
    """Return the file that names the signers of the project, and their keys, if there is one."""
    try:
        found = project.find(folder)
    except WrongInputError:
        if folder != Path():
            raise
        return "nobody", ()
    return str(found / config.FILE), config.load(found).release.signers


def _rebuilt(
    iso: Path,
    source: Source | None,
    key: Path | None,
    progress: Progress,
    report: Callable[[str], None],
) -> Iterator[Outcome]:
    found = rebuild(iso, source, progress)
    yield found.outcome
    if key and found.provenance:
        # Not a step with a moving line: ssh-keygen may ask for a passphrase on it.
        report("signing the statement ...")
        file = statements.add(iso, found.provenance, key)
        engine.give(file)
        yield Outcome("the statement is signed", "passed", file.name)
