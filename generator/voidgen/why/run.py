"""``voidgen why``: find why something is in a project's image. Prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from attrs import frozen

from voidgen import config, project
from voidgen.errors import Fault, WrongInputError, did_you_mean
from voidgen.graph import built, fold
from voidgen.why import asked, files, kept

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.why.asked import Reason
    from voidgen.why.kept import Kept


@frozen
class Request:
    """The name to look up, and the folder of the project.

    ``ways`` is the maximum number of ways to each store path.
    """

    folder: Path
    name: str
    ways: int


@frozen
class Result:
    """Why it is there.

    ``file`` is the real path of the file that the name leads to, None if it is not a file's.
    ``kept`` are the store paths of the name, None if nothing is built.
    """

    reasons: tuple[Reason, ...]
    file: str | None
    kept: tuple[Kept, ...] | None


def run(request: Request) -> Result:
    """Return why the name is in the image. Raises WrongInputError if it is not."""
    name = request.name
    image = project.load(request.folder)
    reasons = tuple(asked.reasons(image.plan, image.folder / config.FILE, name))
    result = image.folder / "result"
    if not (result / "manifest.json").exists():
        if not reasons:
            _unknown(name, {*asked.names(image.plan)}, built=False)
        return Result(reasons, None, None)
    graph = built.closure(result)[1]
    names = fold.names(graph)
    found, file = names.get(name, []), None
    if not found and (there := files.find(name, result / "profile", names)):
        file, path = there
        found = [path]
    paths = tuple(kept.kept(graph, found, request.ways))
    if not reasons and not paths:
        _unknown(name, {*names, *asked.names(image.plan)}, built=True)
    return Result(reasons, file, paths)


def _unknown(name: str, known: set[str], *, built: bool) -> NoReturn:
    nothing = "`voidgen show` lists what the image has"
    if not built:
        nothing += "; to look in its closure too, run `nix build` first"
    remedy = did_you_mean(name, known) or nothing
    raise WrongInputError(Fault(f"nothing in the image has the name {name!r}", remedy=remedy))
