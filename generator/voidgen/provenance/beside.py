"""Find and read the files beside an ISO."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.errors import WrongInputError
from voidgen.system.files import read_regular_file

if TYPE_CHECKING:
    from pathlib import Path


def beside(iso: Path, kind: str) -> Path:
    """Return the path of the file beside ``iso`` with the ending ``kind``."""
    return iso.with_name(f"{iso.name.removesuffix('.iso')}.{kind}")


def read(file: Path, largest: int) -> bytes | str:
    """Return the bytes of ``file``, at most ``largest``, or in one line why it cannot be read."""
    try:
        return read_regular_file(file, largest)
    except (OSError, WrongInputError) as error:
        return f"{file.name}: {why(error)}"


def why(error: OSError | WrongInputError) -> str:
    """Return what is wrong with a file, in one line."""
    return str(error.strerror or error) if isinstance(error, OSError) else str(error)
