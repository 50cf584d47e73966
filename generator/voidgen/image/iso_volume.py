"""Someone else's ISO, read with pycdlib. Paths in it are absolute Rock Ridge paths."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from attrs import frozen
from pycdlib import PyCdlib
from pycdlib.pycdlibexception import PyCdlibException

from voidgen.system import untrusted
from voidgen.system.files import open_regular_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

DAMAGED = (*untrusted.DAMAGED, MemoryError, PyCdlibException, struct.error)
"""What `open_volume` and methods of `Volume` raise for a damaged ISO and for a missing file."""
TABLES = 1 << 25
"""Maximum bytes read of an ISO's folders: those of a hundred thousand files need less."""
SECTOR = 2048
"""Bytes of a sector (ECMA-119, 6.1.2)."""


@frozen
class Volume:
    """An open ISO; methods raise one of `DAMAGED` if the ISO is damaged or lacks the file."""

    _image: PyCdlib

    def size(self, path: str) -> int:
        """Return a file's size in bytes."""
        return sum(int(one.get_data_length()) for one in self._parts(path))

    def offset(self, path: str) -> int:
        """Return where in the ISO a file begins, in bytes."""
        return int(next(self._parts(path)).extent_location()) * SECTOR

    def _parts(self, path: str) -> Iterator[Any]:
        """Yield a file's records: one of 4 GiB has several, under one name (ECMA-119, 6.5.1)."""
        record: Any = self._image.get_record(rr_path=path)
        return (one for one in record.parent.children if one.file_ident == record.file_ident)

    def read(self, path: str) -> bytes:
        """Return a file's content."""
        data = BytesIO()
        self._image.get_file_from_iso_fp(data, rr_path=path)
        return data.getvalue()

    def extract(self, path: str, file: Path) -> None:
        """Write a file's content into ``file``."""
        self._image.get_file_from_iso(str(file), rr_path=path)

    def walk(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each folder, with the names of its files."""
        for folder, _, names in self._image.walk(rr_path="/"):
            yield folder, names


@contextmanager
def open_volume(iso: Path, content: int) -> Iterator[Volume]:
    """Open an ISO from which at most ``content`` bytes of files are read.

    Raises OSError and WrongInputError as `open_regular_file`, and ValueError if more is read.
    A damaged ISO raises one of `DAMAGED`.
    """
    image = PyCdlib()
    with open_regular_file(iso) as stream:
        bounded = _Bounded(stream, TABLES)
        image.open_fp(cast("BinaryIO", bounded))
        bounded.left = content
        try:
            yield Volume(image)
        finally:
            image.close()


class _Bounded:
    """A stream of at most ``left`` bytes, which then raises ValueError.

    pycdlib before 1.22 reads folders that contain themselves forever.
    """

    mode = "rb"

    def __init__(self, stream: BinaryIO, left: int) -> None:
        self.left = left
        self._stream = stream
        self.seek, self.tell = stream.seek, stream.tell

    def read(self, size: int = -1) -> bytes:
        """Read up to ``size`` bytes."""
        data = self._stream.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise ValueError("the ISO's folders or files are read more than once")
        return data
