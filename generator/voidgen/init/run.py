"""``voidgen init``: make a project, or add a workflow to one. Prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen import config
from voidgen.errors import Fault, WrongInputError, unreadable
from voidgen.init import ci, offline, online, preset, takeover
from voidgen.nix import flake_ref
from voidgen.system import sri
from voidgen.system.files import read_regular_file

if TYPE_CHECKING:
    from pathlib import Path

PRESET = "cinnamon"
"""The preset of a project for which the user names none."""


@frozen
class Request:
    """The project to make in ``folder``.

    It is one that builds ``offline``, with this or a found ``busybox``, or one from a ``preset``
    for ``arch``, with the settings of ``scripts``. ``ci`` names a host: its workflow is added, also
    to a project that is there. ``online`` changes such a project, which builds offline.
    """

    folder: Path
    preset: str | None = None
    arch: str | None = None
    scripts: tuple[Path, ...] = ()
    offline: bool = False
    busybox: Path | None = None
    ci: str | None = None
    online: bool = False


@frozen
class Result:
    """Lines on what was done, and on what was ``left`` of the scripts.

    ``misplaced`` says why Nix may refuse the project in its folder.
    """

    done: tuple[str, ...]
    left: tuple[str, ...] = ()
    misplaced: Fault | None = None


def run(request: Request) -> Result:
    """Make what was asked for.

    Raises WrongInputError if a file would be overwritten, a script cannot be read, or a project
    cannot be changed.
    """
    folder = request.folder
    # What refuses the workflow must do so before anything is made.
    workflow = ci.find(request.ci, folder) if request.ci else None
    done, left = _project(request)
    if workflow:
        ci.add(workflow, iso=config.load(folder).mklive is not None)
        done = (*done, f"made {workflow.file}")
    return Result(done, left, flake_ref.misplaced(folder))


def _project(request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if request.offline:
        return _offline(request.folder, request.busybox), ()
    if request.online:
        return _online(request.folder), ()
    only_ci = request.ci and not (request.preset or request.arch or request.scripts)
    if only_ci and (request.folder / config.FILE).exists():
        return (), ()
    return _preset(request)


def _offline(folder: Path, busybox: Path | None) -> tuple[str, ...]:
    used = offline.make(folder, busybox)
    digest = sri.hex_of(sri.of_file(folder / offline.BUSYBOX))
    return (
        f"made {folder}",
        f"busybox: {used}",
        f"         sha256 {digest} (other bytes give other store paths)",
    )


def _online(folder: Path) -> tuple[str, ...]:
    change = online.plan(folder)
    if not change.files:
        return (f"nothing to change: {folder} uses the network and makes an ISO",)
    online.write(folder, change)
    return change.lines


def _preset(request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    folder, name = request.folder, request.preset or PRESET
    preset.check(folder)
    text = preset.text(name, folder, request.arch)
    taken: list[str] = []
    left: list[str] = []
    for file in request.scripts:
        found = takeover.take(text, _script(file), file)
        text = found.text
        taken += found.lines
        left += found.left
    made = preset.make(folder, text)
    kept = [f"{one} stays as it is" for one in preset.KEPT if one not in made]
    return (f"made {folder}: {name}, {', '.join(made)}", *kept, *taken), tuple(left)


def _script(file: Path) -> str:
    try:
        return read_regular_file(file, takeover.LARGEST).decode()
    except OSError as error:
        raise WrongInputError(unreadable(error, file)) from None
    except UnicodeDecodeError:
        raise WrongInputError(Fault("not UTF-8", file)) from None
