"""The overlay of an image as entries: from the plan's nodes, or as Nix built it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.errors import Fault, WrongInputError, unreadable
from voidgen.image.snapshot import Entry
from voidgen.system import sri
from voidgen.system.files import open_regular_file
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voidgen.plan.documents import Entry as Listed
    from voidgen.tree import Node

LONGEST = 1 << 16
"""Maximum bytes of a text that is kept whole."""


def entries(listed: Iterable[Listed], nodes: Mapping[str, Node] | None = None) -> dict[str, Entry]:
    """Return what the manifest lists, by path, with the files' content from ``nodes``."""
    found = {}
    for entry in listed:
        path = entry.path
        node = (nodes or {}).get(path)
        data = node.data if isinstance(node, File) else None
        found[path] = _entry(entry, entry.hash or "", data)
    return found


def built(listed: Iterable[Listed], include: Path) -> dict[str, Entry]:
    """Return what the manifest lists, by path, with the files' content from the tree ``include``.

    Raises WrongInputError if a path leads out of the tree or a file cannot be read.
    """
    top = os.path.realpath(include)
    found = {}
    for entry in listed:
        is_ours = entry.type == "file" and entry.made_by is None
        found[entry.path] = _entry(entry, *_content(top, entry) if is_ours else ())
    return found


def _content(top: str, entry: Listed) -> tuple[str, bytes] | tuple[()]:
    """Return the hash and the beginning of the file ``entry`` below ``top``, if it is there."""
    file = Path(os.path.realpath(f"{top}/{entry.path}"))
    if not file.is_relative_to(top):
        what = f"{entry.path} leads out of the overlay"
        raise WrongInputError(Fault(what, Path(top), remedy="run `nix build` again"))
    try:
        with open_regular_file(file) as stream:
            hashed = sri.of_stream(stream)
            stream.seek(0)
            return hashed, stream.read(LONGEST + 1)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise WrongInputError(unreadable(error, file)) from None


def _entry(entry: Listed, hashed: str = "", data: bytes | None = None) -> Entry:
    return Entry(
        entry.type,
        entry.mode or "",
        f"{entry.owner}:{entry.group}" if entry.owner else "",
        entry.target or "",
        hashed,
        None if data is None else _text(data),
    )


def _text(data: bytes) -> str | None:
    if len(data) > LONGEST or b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
