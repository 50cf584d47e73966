"""The files of a project that its image is emitted from, with a hash of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen import config
from voidgen.emit.listing import hash_of
from voidgen.errors import WrongInputError, unreadable
from voidgen.overlay import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from voidgen.overlay.types import Module


def hashes(project: Path, modules: Iterable[Module]) -> dict[str, str]:
    """Return the hashes of voidgen.toml and of the files of ``modules``, by path in the project.

    Leaves out modules that come with voidgen, and symbolic links.
    """
    found = {}
    for name, file in _files(project, modules):
        try:
            found[name] = hash_of(file.read_bytes())
        except OSError as error:
            raise WrongInputError(unreadable(error, file)) from None
    return found


def _files(project: Path, modules: Iterable[Module]) -> Iterator[tuple[str, Path]]:
    yield config.FILE, project / config.FILE
    own = project / catalogue.FOLDER
    for module in modules:
        # In voidgen's own repository, the modules that come with voidgen are the project's.
        if not (own.is_dir() and module.folder.parent.samefile(own)):
            continue
        for file in (module.file, *(one.file for one in module.sources)):
            if not file.is_symlink():
                name = file.relative_to(module.folder).as_posix()
                yield f"{catalogue.FOLDER}/{module.name}/{name}", file
