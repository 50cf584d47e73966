"""The files that voidgen emitted: their list with hashes, and the journal of a killed run.

``image/emitted.json`` lists the emitted files, with a hash of each; voidgen replaces and removes
only these. It also has the hashes of the files that they were made from: image/nix warns if one has
changed. Before the first change, `writing` writes a journal of the hashes to come, so that the run
after a killed one knows the files of both.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault, WrongInputError, refused
from voidgen.schema import typed_json
from voidgen.system.untrusted import GarbledError
from voidgen.tree import File, Tree

if TYPE_CHECKING:
    from pathlib import Path

LIST = "image/emitted.json"
"""The list of the emitted files."""
STAGING = "image/.staging"
JOURNAL = f"{STAGING}/journal.json"

Sources = Mapping[str, str]
"""Files of the project that it is emitted from: the hash (`hash_of`) of each, by its path."""
NO_SOURCES: Sources = MappingProxyType({})


def with_list(tree: Tree, sources: Sources = NO_SOURCES) -> dict[str, File]:
    """Return the files of ``tree`` and the list of them and of ``sources``."""
    files = {path: node for path, node in tree.items() if isinstance(node, File)}
    hashes = {path: hash_of(file.data) for path, file in sorted(files.items())}
    listing = {"version": 1, "files": hashes, "sources": dict(sorted(sources.items()))}
    data = (json.dumps(listing, indent=2, ensure_ascii=False) + "\n").encode()
    return {**files, LIST: File(data)}


def hash_of(data: bytes) -> str:
    """Return the hash of a file's bytes, as the list has it."""
    return hashlib.sha256(data).hexdigest()


def emitted_hashes(project: Path, *, force: bool) -> dict[str, frozenset[str]]:
    """Return the hashes that each emitted file may have, by its path."""
    emitted: dict[str, frozenset[str]] = {}
    for name in (LIST, JOURNAL):
        found = read_file(project / name)
        if found is None:
            continue
        try:
            files = typed_json.read(found[0] or b"", _Listing).files
        except GarbledError:
            # A journal is written whole or not at all: a damaged one was never used.
            if name == LIST and not force:
                remedy = "restore it with git, or run with --force to overwrite all"
                fault = Fault("is not the list that voidgen wrote", project / name, remedy=remedy)
                raise WrongInputError(fault) from None
            continue
        for path, known in files.items():
            hashes = {known} if isinstance(known, str) else {*known}
            emitted[path] = emitted.get(path, frozenset()) | hashes
    return emitted


@frozen
class _Listing:
    """The emitted files with the hash, or hashes, that each may have."""

    files: Mapping[str, str | tuple[str, ...]]

    def __attrs_post_init__(self) -> None:
        # voidgen may remove what is on its list, so only files that it emits may be there.
        for path in self.files:
            is_below = path.startswith("image/") and not {"", ".", ".."} & {*path.split("/")}
            if path != "flake.nix" and not is_below:
                raise GarbledError(f"{path} is not emitted")


def read_file(file: Path) -> tuple[bytes | None, bool] | None:
    """Return a file's bytes and run bit; no bytes if it is not a file, None if it is missing."""
    try:
        # Follow no links, and do not wait for the writer of a FIFO.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(file, flags), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                return None, False
            return stream.read(), bool(status.st_mode & 0o100)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (IsADirectoryError, BlockingIOError):
        return None, False
    except OSError as error:
        if file.is_symlink() or file.is_socket():
            return None, False
        raise refused(error, file) from None
