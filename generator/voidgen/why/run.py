"""``voidgen why``: find why something is in a project's image. Prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from attrs import frozen

from voidgen import config, project
from voidgen.errors import Fault, WrongInputError, did_you_mean
from voidgen.graph import fold, sources
from voidgen.image import built, freshness
from voidgen.why import asked, files, kept

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.progress import Progress
    from voidgen.project import Project
    from voidgen.why.asked import Reason
    from voidgen.why.kept import Kept


@frozen
class Request:
    """The name to look up, the folder of the project, and which of its images.

    ``ways`` is the maximum number of ways to each store path.
    """

    folder: Path
    name: str
    ways: int
    variant: str = ""


@frozen
class Result:
    """Why it is there.

    ``file`` is the real path of the file that the name leads to, None if it is not a file's.
    ``kept`` are the store paths of the name, None if nothing is built. ``doubt`` says why what is
    built may not be the project's plan.
    """

    reasons: tuple[Reason, ...]
    file: str | None
    kept: tuple[Kept, ...] | None
    doubt: Fault | None = None


def run(request: Request, progress: Progress) -> Result:
    """Return why the name is in the image. Raises WrongInputError if it is not."""
    name = request.name
    image = project.load(request.folder).of(request.variant)
    reasons = tuple(asked.reasons(image.plan, image.folder / config.FILE, name))
    result = image.result
    if not (result / "manifest.json").exists():
        if not reasons:
            _unknown(image, name, {*asked.names(image.plan)}, is_built=False)
        return Result(reasons, None, None)
    made = built.read(result, request.variant)
    doubt = freshness.doubt(image, made, result, progress)
    graph = sources.closure(made.packages, made.closure.store_paths)
    names = fold.names(graph)
    found, file = names.get(name, []), None
    if not found and (there := files.find(name, result / "profile", names)):
        file, path = there
        found = [path]
    paths = tuple(kept.kept(graph, found, request.ways))
    if not reasons and not paths:
        _unknown(image, name, {*names, *asked.names(image.plan)}, is_built=doubt is None)
    return Result(reasons, file, paths, doubt)


def _unknown(image: Project, name: str, known: set[str], *, is_built: bool) -> NoReturn:
    """Refuse the name; ``is_built`` is whether ./result is what the project describes."""
    nothing = f"{config.command('show', image.name)} lists what the image has"
    if not is_built:
        build = config.command("build", image.name)
        nothing += f"; to look in its closure too, run {build} first"
    remedy = did_you_mean(name, known) or nothing
    raise WrongInputError(Fault(f"nothing in the image has the name {name!r}", remedy=remedy))
