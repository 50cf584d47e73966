"""What lies beside an ISO, read as far as it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.errors import WrongInputError
from voidgen.system.files import read_regular_file

if TYPE_CHECKING:
    from pathlib import Path


def beside(iso: Path, kind: str) -> Path:
    """What lies beside ``iso``, by its ending."""
    return iso.with_name(f"{iso.name.removesuffix('.iso')}.{kind}")


def read(file: Path, largest: int) -> bytes | str:
    """The bytes of ``file``, ``largest`` at most; or in one line why it cannot be read."""
    try:
        return read_regular_file(file, largest)
    except (OSError, WrongInputError) as error:
        return f"{file.name}: {why(error)}"


def why(error: OSError | WrongInputError) -> str:
    """What is wrong with a file, in one line."""
    return str(error.strerror or error) if isinstance(error, OSError) else str(error)
