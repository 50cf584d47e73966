"""The overlay of an image as Nix built it, with the content of its files. Standard library only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from voidgen.system import regular_file, sri

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 1 << 16
"""Maximum bytes of a text that is kept whole."""


class EntryFacts(NamedTuple):
    """A path of the overlay as a manifest lists it: see `plan.documents.Entry`."""

    path: str
    type: str
    mode: str | None
    owner: str | None
    group: str | None
    target: str | None
    made_by: object


class OverlayFile(NamedTuple):
    """A path of the overlay, with a file's hash and text: see `snapshot.Entry`."""

    type: str
    mode: str
    owner: str
    target: str
    digest: str = ""
    text: str | None = None


class LeadsOutError(Exception):
    """A path leads out of the overlay; ``args`` are the path and the overlay's top folder."""


def built(listed: Iterable[EntryFacts], include: Path) -> dict[str, OverlayFile]:
    """Return what the manifest lists, by path, with the files' content from the tree ``include``.

    Raises LeadsOutError if a path leads out of the tree, OSError if a file cannot be read, and
    NotRegularError if it isn't one.
    """
    top = os.path.realpath(include)
    found = {}
    for entry in listed:
        is_ours = entry.type == "file" and entry.made_by is None
        found[entry.path] = of_entry(entry, *_content(top, entry.path) if is_ours else ())
    return found


def of_entry(entry: EntryFacts, digest: str = "", data: bytes | None = None) -> OverlayFile:
    """Return what a manifest lists, with the hash of a file, and the beginning of its content."""
    return OverlayFile(
        entry.type,
        entry.mode or "",
        f"{entry.owner}:{entry.group}" if entry.owner else "",
        entry.target or "",
        digest,
        None if data is None else _text(data),
    )


def _content(top: str, path: str) -> tuple[str, bytes] | tuple[()]:
    """Return the hash and the beginning of the file ``path`` below ``top``, if it is there."""
    file = Path(os.path.realpath(f"{top}/{path}"))
    if not file.is_relative_to(top):
        raise LeadsOutError(path, top)
    try:
        with regular_file.opened(file) as stream:
            hashed = sri.of_stream(stream)
            stream.seek(0)
            return hashed, stream.read(LONGEST + 1)
    except FileNotFoundError:
        return ()
    except OSError as error:
        # An error of reading names no file, one of a folder its descriptor.
        error.filename = str(file)
        raise


def _text(data: bytes) -> str | None:
    if len(data) > LONGEST or b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
