"""Copying files of this machine: an XBPS repository may be a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.download.part import PIECE
from voidgen.download.refused import MOVED_ON, RefusedError

if TYPE_CHECKING:
    from voidgen.download.part import Part


def receive(part: Part) -> None:
    """Copy the file to ``part``.

    Raises RefusedError if it is missing, OSError if it cannot be read.
    """
    source = Path(part.wanted.url)
    part.restart()
    if not source.is_file():
        raise RefusedError("no such file", MOVED_ON)
    with source.open("rb") as stream:
        while piece := stream.read(PIECE):
            part.append(piece)
