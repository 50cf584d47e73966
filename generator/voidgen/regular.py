"""Reading files whose place others may have filled: regular ones, of a size that is told."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from voidgen.errors import Fault, WrongInputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """``file``, to be read from its first byte.

    Raises OSError where it cannot be opened, WrongInputError where it is no regular file and no
    disk.
    """
    # Opened without blocking: a FIFO would wait for a writer for ever.
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
        mode = os.fstat(stream.fileno()).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISBLK(mode):
            raise WrongInputError(
                Fault("not a regular file", file, remedy="name a file, or a link to one")
            )
        yield stream


def read(file: Path, largest: int) -> bytes:
    """The bytes of ``file``, ``largest`` at most (a number of whole MiB).

    Raises OSError where it cannot be opened or read, WrongInputError where it is no regular file
    or larger.
    """
    with opened(file) as stream:
        data = stream.read(largest + 1)
    if len(data) > largest:
        raise WrongInputError(
            Fault(f"larger than {largest >> 20} MiB", file, remedy="is it the right file?")
        )
    return data
