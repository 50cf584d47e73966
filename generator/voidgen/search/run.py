"""``voidgen search``: ask each source of a project. Prints nothing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from voidgen import project
from voidgen.edit import void_packages
from voidgen.edit.types import NotAtHandError
from voidgen.lock import flake_lock
from voidgen.nix import git_hosts, limits, search
from voidgen.search import rank
from voidgen.search.rank import Hit
from voidgen.system.network_faults import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from voidgen.progress import Progress
    from voidgen.project import Project

Kind = Literal["module", "xbps", "nix"]
KINDS: tuple[Kind, ...] = ("module", "xbps", "nix")
"""The sources, the quickest first; `voidgen add` has the same names."""


@frozen
class Request:
    """Words to look for in the sources ``kinds`` of the project in ``folder``."""

    folder: Path
    words: tuple[str, ...]
    kinds: tuple[Kind, ...] = KINDS


@frozen
class Found:
    """What a source has, the best first.

    ``source`` says where it comes from. ``problem`` is why it could not be asked, or empty.
    ``names`` are all names, if nothing fits.
    """

    kind: Kind
    source: str
    hits: tuple[Hit, ...] = ()
    problem: str = ""
    names: tuple[str, ...] = ()


def run(request: Request, progress: Progress) -> Iterator[Found]:
    """Yield what each source has, one after the other: Nix may take minutes.

    Raises WrongInputError if the project has faults, and StepFailedError if the package set fails.
    """
    image = project.load(request.folder)
    for kind in KINDS:
        if kind in request.kinds:
            yield _ASK[kind](image, request.words, progress)


def _modules(image: Project, words: Sequence[str], _: Progress) -> Found:
    catalogue = project.modules_of(image.folder)
    known = (Hit(name, "", one.spec.summary) for name, one in catalogue.items())
    return _found("module", "overlay modules", known, words)


def _void(image: Project, words: Sequence[str], progress: Progress) -> Found:
    repositories = image.plan.resolution.repositories
    source = ", ".join(one.name for one in repositories) or "no repository in [xbps]"
    try:
        indexes = void_packages.indexes(image, progress) if repositories else ()
    except NotAtHandError as error:
        return Found("xbps", source, problem=str(error))
    known: dict[str, Hit] = {}
    for index in indexes:
        for name, one in index.data.packages.items():
            # The first repository that has a package wins, as in XBPS.
            version = one.pkgver.removeprefix(f"{name}-")
            known.setdefault(name, Hit(name, version, one.about))
    return _found("xbps", source, known.values(), words)


def _nix(image: Project, words: Sequence[str], progress: Progress) -> Found:
    named, system = image.plan.config.nix.nixpkgs, image.plan.system
    if not shutil.which("nix"):
        return Found("nix", named, problem="nix is not on PATH")
    try:
        if named.startswith("./"):
            found = search.folder(image.folder / named, system, words, progress)
        else:
            inputs = flake_lock.inputs(image.folder, image.plan)
            locked = next((one.url for one in inputs if one.name == "nixpkgs" and one.rev), "")
            if not locked:
                git_hosts.check(named, limits.CHECK)
            found = search.flake(locked or named, system, words, progress)
    except UnreachableError as error:
        return Found("nix", named, problem=error.what)
    known = (Hit(path, one.version, one.description) for path, one in found.items())
    return _found("nix", named, known, words)


def _found(kind: Kind, source: str, known: Iterable[Hit], words: Sequence[str]) -> Found:
    every = tuple(known)
    hits = rank.best(every, words)
    return Found(kind, source, hits, names=() if hits else tuple(one.name for one in every))


_ASK = {"module": _modules, "xbps": _void, "nix": _nix}
