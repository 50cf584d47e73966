"""Open files of which only the path is known. Standard library only."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO


class NotRegularError(OSError):
    """The path is neither a regular file nor a disk."""

    def __init__(self, file: Path) -> None:
        """Keep ``file`` as the error's ``filename``."""
        super().__init__(errno.EINVAL, "not a regular file", str(file))


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """Open ``file`` for reading, from its first byte.

    Raises OSError if it cannot be opened, NotRegularError if it is neither a regular file nor a
    disk.
    """
    # Without O_NONBLOCK, opening a FIFO would wait for a writer for ever.
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
        mode = os.fstat(stream.fileno()).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISBLK(mode):
            raise NotRegularError(file)
        yield stream
