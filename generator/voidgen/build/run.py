"""``voidgen build``: build an image's output into its result link. Prints nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault, WrongInputError, raise_all
from voidgen.image import built, freshness
from voidgen.lock import git_inputs, state
from voidgen.nix import flakes

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.image.built_image import BuiltImage
    from voidgen.progress import Progress
    from voidgen.project import Project


@frozen
class Request:
    """A project that `ready` accepts, generated. If ``offline``, Nix fetches nothing."""

    project: Project
    offline: bool = False


@frozen
class Result:
    """What Nix built: its store path, and whether ./result led there already.

    ``makes_iso`` says whether the project also builds an ISO, and ``unlocked`` has a line for each
    thing that is not locked for that.
    """

    path: Path
    image: BuiltImage
    current: bool
    makes_iso: bool
    unlocked: tuple[str, ...]


def ready(project: Project) -> None:
    """Raise WrongInputError if a flake input is not locked or a file is in the link's place."""
    raise_all([*state.flake_faults(project), *_in_the_way(project.result)])


def run(request: Request, progress: Progress) -> Result:
    """Build, and make the result link lead there. StepFailedError if a build fails."""
    found = request.project
    link, caches = found.result, found.caches
    before = link.resolve()
    if not request.offline:
        git_inputs.fetch(found.folder, found.plan, progress)
    with progress.step("building the closure and the overlay"):
        output = found.output("default")
        path = flakes.build(
            str(found.folder), output, progress, link, caches, offline=request.offline
        )
    makes_iso = found.plan.config.mklive is not None
    unlocked = tuple(state.unlocked(found)) if makes_iso else ()
    return Result(path, built.read(path), path == before, makes_iso, unlocked)


def outdated(project: Project, progress: Progress) -> list[Fault]:
    """Return why ./result isn't what the project would build now. Builds nothing."""
    result = project.result
    try:
        image = built.read(result, project.name)
    except WrongInputError as error:
        return [*error.faults]
    found = freshness.doubt(project, image, result, progress)
    return [found] if found else []


def _in_the_way(link: Path) -> list[Fault]:
    if link.is_symlink() or not os.path.lexists(link):
        return []
    what = "is in the way: it is not a link that Nix made"
    return [Fault(what, link, remedy="move it away")]
