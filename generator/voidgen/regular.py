"""Reading files whose place others may have filled: regular ones, of a size that is told."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from voidgen.errors import Fault, WrongInputError

if TYPE_CHECKING:
    from pathlib import Path


def read(file: Path, largest: int) -> bytes:
    """The bytes of ``file``, ``largest`` at most (a number of whole MiB).

    Raises OSError where it cannot be opened or read, WrongInputError where it is no regular file
    or larger.
    """
    # Opened without blocking: a FIFO would wait for a writer for ever.
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise WrongInputError(
                Fault("not a regular file", file, remedy="name a file, or a link to one")
            )
        data = stream.read(largest + 1)
    if len(data) > largest:
        raise WrongInputError(
            Fault(f"larger than {largest >> 20} MiB", file, remedy="is it the right file?")
        )
    return data
