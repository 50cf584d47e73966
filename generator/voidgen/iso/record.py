"""What the ISO in out/ was made from, in a file of out/.work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import WrongInputError
from voidgen.schema import canonical_json, typed_json
from voidgen.system.files import read_input, write_atomically
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from pathlib import Path

WORK = ".work"
"""The container's files in out/. The scripts and their job stay, so that you can run the command
in the log again. The container's results are removed at the end of the run."""
ENDING = ".inputs.json"


@frozen
class Record:
    """The hashes (SRI) of an ISO and of all its inputs."""

    inputs: str
    iso: str


def read(out: Path, name: str) -> Record | None:
    """Return the record of NAME.iso in ``out``; None if there is none, or it is damaged."""
    try:
        return typed_json.read(read_input(_file(out, name)), Record)
    except (WrongInputError, GarbledError):
        return None


def write(out: Path, name: str, record: Record) -> None:
    """Write the record of NAME.iso in ``out``."""
    write_atomically(_file(out, name), canonical_json.to_json(typed_json.plain(record)))


def _file(out: Path, name: str) -> Path:
    return out / WORK / f"{name}{ENDING}"
