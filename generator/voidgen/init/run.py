"""``voidgen init``: make a project, or add a workflow to one. Prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from voidgen import config
from voidgen.errors import Fault, WrongInputError, unreadable
from voidgen.init import ci, image_values, offline, online, preset, repository, takeover
from voidgen.nix import flake_ref
from voidgen.system import home_folder, sri
from voidgen.system.files import read_regular_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

PRESET = "cinnamon"
"""The preset of a project for which the user names none."""


@frozen
class Request:
    """The project to make in ``folder``.

    It is one that builds ``offline``, with this or a found ``busybox``, or one from a ``preset``
    for ``arch``, with the settings of ``scripts``. ``image`` has values of [image] by key, which
    win. ``ci`` is a host, and the pinned flake that its workflow gets voidgen from: the workflow is
    added, also to a project that is there. ``online`` changes such a project, which builds offline.
    ``may_make_repository`` asks the user a question, before their home folder becomes one.
    """

    folder: Path
    preset: str | None = None
    arch: str | None = None
    scripts: tuple[Path, ...] = ()
    offline: bool = False
    busybox: Path | None = None
    ci: tuple[str, str] | None = None
    online: bool = False
    image: Mapping[str, str] = field(factory=dict)
    may_make_repository: Callable[[str], bool] = lambda _: False


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
    workflow = ci.find(request.ci[0], folder, request.ci[1]) if request.ci else None
    _refuse_home(request)
    done, left = _project(request)
    if workflow:
        ci.add(workflow, iso=config.load(folder).mklive is not None)
        made = (f"made {workflow.file}", f"    with voidgen from {workflow.voidgen}")
        done = (*done, *made, *ci.WEEKLY[workflow.host])
    return Result(done, left, flake_ref.misplaced(folder))


def _project(request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if request.offline:
        return _offline(request), ()
    if request.online:
        return _online(request.folder), ()
    only_ci = request.ci and not (
        request.preset or request.arch or request.scripts or request.image
    )
    if only_ci and (request.folder / config.FILE).exists():
        return (), ()
    return _preset(request)


def _refuse_home(request: Request) -> None:
    """Ask before making a git repository around the user's home folder."""
    folder = request.folder
    home = home_folder.home_in(folder)
    if request.online or not home or not repository.needs_own(folder):
        return
    if not request.may_make_repository(f"{folder} {home}. Make it a git repository?"):
        what = f"{home}, and would become a git repository"
        remedy = "name a folder, as in `voidgen init my-image`, or run `git init` there first"
        raise WrongInputError(Fault(what, folder, remedy=remedy))


def _offline(request: Request) -> tuple[str, ...]:
    folder = request.folder
    made = offline.make(folder, request.busybox, request.image)
    digest = sri.hex_of(sri.of_file(folder / offline.BUSYBOX))
    return (
        f"made {folder}",
        *_kept(made.names),
        f"busybox: {made.busybox}",
        f"         sha256 {digest} (other bytes give other store paths)",
    )


def _online(folder: Path) -> tuple[str, ...]:
    change = online.plan(folder)
    if not change.files:
        return (f"nothing to change: {folder} uses the network and makes an ISO",)
    online.write(folder, change)
    return change.lines


def _kept(made: Collection[str]) -> list[str]:
    return [f"{one} stays as it is" for one in repository.KEPT if one not in made]


def _preset(request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    folder, name = request.folder, request.preset or PRESET
    repository.check(folder, preset.OURS)
    text = preset.text(name, folder, request.arch)
    taken: list[str] = []
    left: list[str] = []
    for file in request.scripts:
        found = takeover.take(text, _script(file), file)
        text = found.text
        taken += found.lines
        left += found.left
    text = image_values.put(text, request.image, folder)
    made = preset.make(folder, text)
    return (f"made {folder}: {name}, {', '.join(made)}", *_kept(made), *taken), tuple(left)


def _script(file: Path) -> str:
    try:
        return read_regular_file(file, takeover.LARGEST).decode()
    except OSError as error:
        raise WrongInputError(unreadable(error, file)) from None
    except UnicodeDecodeError:
        raise WrongInputError(Fault("not UTF-8", file)) from None
