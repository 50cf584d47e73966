"""``voidgen iso``: build the ISO, and sign what lies beside it. Prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.container import engine
from voidgen.iso import build, netboot
from voidgen.provenance import signature, statement, statements
from voidgen.provenance.beside import beside
from voidgen.system.files import project_lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voidgen.progress import Progress
    from voidgen.project import Project


@frozen
class Request:
    """The project whose ISO to build, and the SSH ``key`` to sign with.

    With ``netboot``, also write the files with which the system boots over a network.
    """

    project: Project
    key: Path | None = None
    check_space: bool = True
    netboot: bool = False


@frozen
class Result:
    """The ISO with its size; ``reused`` if there was nothing to do. The signature of its sums.

    ``netboot`` is the folder of the files for booting over a network.
    """

    iso: Path
    size: int
    reused: bool
    signature: Path | None = None
    netboot: Path | None = None


def run(request: Request, progress: Progress, report: Callable[[str], None]) -> Result:
    """Build and sign. ``report`` gets lines for the user during the run.

    Raises what `build.make` raises, and WrongInputError if ``key`` is not a key, or if the image
    cannot boot over a network, but should.
    """
    project, key = request.project, request.key
    if key:
        signature.refuse_no_key(key)
    if request.netboot:
        netboot.refuse_without_module(project)
    made = build.make(project, progress, report, check_space=request.check_space)
    signed = _sign(project.folder, made.iso, key, report) if key else None
    folder = netboot.write(project, made.iso, progress) if request.netboot else None
    return Result(made.iso, made.iso.stat().st_size, made.reused, signed, folder)


def _sign(project: Path, iso: Path, key: Path, report: Callable[[str], None]) -> Path:
    """Sign the checksums and the statement of source; return the signature of the checksums."""
    with project_lock(project):
        sums, said = beside(iso, "iso.sha256"), statement.beside_iso(iso)
        # Not a step with a moving line: ssh-keygen may ask for a passphrase on it.
        report(f"signing {sums.name} ...")
        signed = signature.sign_file(sums, key)
        engine.give(signed)
        if isinstance(said, statement.Provenance):
            report(f"signing {beside(iso, statement.ENDING).name} ...")
            engine.give(statements.add(iso, said, key))
    return signed
