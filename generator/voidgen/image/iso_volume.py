"""Someone else's ISO, read with pycdlib."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from pycdlib import PyCdlib
from pycdlib.pycdlibexception import PyCdlibException

from voidgen.system import untrusted
from voidgen.system.files import open_regular_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

DAMAGED = (*untrusted.DAMAGED, MemoryError, PyCdlibException, struct.error)
"""What pycdlib raises for a damaged ISO."""
TABLES = 1 << 25
"""Maximum bytes read of an ISO's folders: those of a hundred thousand files need less."""


@contextmanager
def opened(iso: Path, content: int) -> Iterator[PyCdlib]:
    """Open an ISO from which pycdlib reads at most ``content`` bytes of files.

    Raises OSError and WrongInputError as `open_regular_file`, and ValueError if more is read.
    A damaged ISO raises one of `DAMAGED`.
    """
    image = PyCdlib()
    with open_regular_file(iso) as stream:
        bounded = _Bounded(stream, TABLES)
        image.open_fp(cast("BinaryIO", bounded))
        bounded.left = content
        try:
            yield image
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
