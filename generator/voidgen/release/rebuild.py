"""Build an ISO again from the commit that its provenance names, and compare the bytes."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen import __version__, config
from voidgen.compare import isos
from voidgen.errors import StepFailedError, WrongInputError
from voidgen.image import of_iso
from voidgen.iso import build
from voidgen.iso.nix_sandbox import ANEW
from voidgen.lock import epoch
from voidgen.outcome.types import Outcome
from voidgen.provenance import statement
from voidgen.provenance.beside import beside
from voidgen.provenance.statement import Provenance
from voidgen.release import checkout, stranger
from voidgen.system import iso_name, process, sri
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from voidgen.config.types import Config
    from voidgen.progress import Progress
    from voidgen.provenance.source import Source

NAME = "these bytes come from this source"
PATIENCE = 60.0
"""Seconds that `voidgen iso` gets to remove its container after the request to end."""
LAST_LINES = 40
"""Number of the build's last lines that are shown."""
ROOM = 4
"""How many times the ISO's size should be free for the build."""
BUILD_YOURSELF = (
    "read the project; if you trust it, clone it, build it with `voidgen iso`, and compare"
)


_ANY = iso_name.ANY_DATE


@frozen
class Rebuilt:
    """The result of a rebuild; ``provenance`` is set if it gave the same bytes."""

    outcome: Outcome
    provenance: Provenance | None = None


class _CannotError(Exception):
    """The ISO cannot be rebuilt: ``args`` are what is wrong, and lines of detail."""


def rebuild(iso: Path, named: Source | None, progress: Progress) -> Rebuilt:
    """Build ``iso`` from the source ``named``, or else its provenance's, and compare.

    Works in a temporary folder, which is always removed.
    """
    try:
        found = statement.beside_iso(iso)
        source = named or _recorded(iso, found)
        date = found.source_date if isinstance(found, Provenance) else None
        with tempfile.TemporaryDirectory(prefix="voidgen-rebuild-", dir=_place(iso)) as work:
            return _compared(iso, source, date, Path(work), progress)
    except _CannotError as error:
        what, *detail = error.args
        return Rebuilt(Outcome(NAME, "failed", what, "\n".join(detail)))
    except StepFailedError as error:
        lines = "\n".join(filter(None, (error.output, error.remedy)))
        return Rebuilt(Outcome(NAME, "failed", error.what, lines))
    except (OSError, WrongInputError) as error:
        return Rebuilt(Outcome(NAME, "failed", str(error)))


def _recorded(iso: Path, found: Provenance | str) -> Source:
    """Return the source that the provenance names, if the ISO can be rebuilt from it."""
    name_it = "name the source: --source GITURL@COMMIT"
    if isinstance(found, str):
        raise _CannotError(found, name_it)
    file = beside(iso, statement.ENDING).name
    if found.hash != sri.of_file(iso):
        raise _CannotError(f"{file} belongs to another ISO", name_it)
    if not found.source.commit:
        raise _CannotError(f"{file} names no commit", name_it)
    if not found.source.url:
        raise _CannotError(f"{file} names no URL of a git repository", name_it)
    if not found.source.clean:
        what = "the ISO was built from uncommitted changes, so it cannot be rebuilt"
        remedy = "ask its builder to commit them, and to run `voidgen iso` again"
        raise _CannotError(what, remedy)
    return found.source


def _place(iso: Path) -> Path:
    """Return a folder with enough space: the ISO's, or else that of temporary files."""
    needed = ROOM * iso.stat().st_size
    places = [iso.absolute().parent, Path(tempfile.gettempdir())]
    usable = [one for one in places if os.access(one, os.W_OK)] or places[-1:]
    roomy = [one for one in usable if shutil.disk_usage(one).free > needed]
    return roomy[0] if roomy else max(usable, key=lambda one: shutil.disk_usage(one).free)


def _compared(
    iso: Path, source: Source, date: int | None, work: Path, progress: Progress
) -> Rebuilt:
    with progress.step(f"fetching {source}"):
        checkout.check_out(source, work / "source")
    project = work / "source" / source.folder
    refused = stranger.refusals(work / "source", project)
    if refused:
        what = "not built, because the project could act on this machine"
        raise _CannotError(what, *refused, BUILD_YOURSELF)
    settings, variant = _image(iso, project)
    with progress.step(f"building {source}"):
        _build(project, variant, date, work)
    made = build.made_in(project, settings.image)
    if not made.is_file():
        raise _CannotError(f"`voidgen iso` did not make {made.name} from {source}")
    hash_ = sri.of_file(made)
    if hash_ == sri.of_file(iso):
        return Rebuilt(Outcome(NAME, "passed", str(source)), _provenance(made, iso.name, source))
    with progress.step("finding the differences"):
        lines = _differences(iso, made, work / "compared")
    lines.append(f"rebuilt with voidgen {__version__}; {_builder(iso)}")
    return Rebuilt(Outcome(NAME, "failed", f"{source} gives other bytes", "\n".join(lines)))


def _image(iso: Path, project: Path) -> tuple[Config, str]:
    """Return the settings and the variant of the image of ``project`` that ``iso`` has.

    It is the project's own ("") unless the plan in the ISO would name the file as a variant does.
    """
    own, variants = config.load_all(project)
    plan = of_iso.snapshot(iso).plan if variants else None
    if plan:
        image = plan.image
        template = image.file_name or iso_name.DEFAULT
        stem = iso_name.stem(template, image.name, image.arch, image.version, _ANY)
        for one in variants:
            if one.settings.image.iso_stem(_ANY) == stem:
                return one.settings, one.name
    return own, ""


def _build(project: Path, variant: str, date: int | None, work: Path) -> None:
    """Run ``voidgen iso`` in ``project``; _CannotError with its last lines if it fails."""
    # Pass the whole environment, because this runs voidgen again.
    env = {name: value for name, value in os.environ.items() if name != epoch.VARIABLE}
    env[ANEW] = "1"
    if date is not None:
        env[epoch.VARIABLE] = str(date)
    # Not in the project's folder: Python could import a module called voidgen from there.
    argv = [sys.executable, "-P", "-m", "voidgen", "--quiet", "-C", str(project), "iso"]
    argv += filter(None, [variant])
    messages = work / "messages"
    running = process.run_in_background(
        argv, cwd=Path("/"), messages=messages, env=env, grace_period=PATIENCE
    )
    with running as child:
        status = child.wait()
    if status:
        lines = messages.read_text(errors="replace").splitlines()
        raise _CannotError("`voidgen iso` fails for this source", *lines[-LAST_LINES:])


def _provenance(made: Path, name: str, source: Source) -> Provenance | None:
    """Return the rebuilt ISO's provenance with ``name`` and ``source``, for the user to sign."""
    found = statement.beside_iso(made)
    return evolve(found, iso=name, source=source) if isinstance(found, Provenance) else None


def _differences(iso: Path, made: Path, work: Path) -> list[str]:
    try:
        work.mkdir()
        return [*isos.differences(iso, made, work)]
    except StepFailedError as error:
        return [f"the differences cannot be found: {error.what}"]
    except (OSError, GarbledError) as error:
        return [f"the differences cannot be found: {error}"]


def _builder(iso: Path) -> str:
    found = statement.beside_iso(iso)
    if isinstance(found, Provenance):
        return f"its provenance says that the ISO was built with voidgen {found.version}"
    return "the version of voidgen that built the ISO is not known"
