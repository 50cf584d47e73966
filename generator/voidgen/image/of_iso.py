"""The snapshot that an ISO carries: what it was made from, for `voidgen diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from voidgen.errors import Fault, WrongInputError, unreadable
from voidgen.image import iso_volume, snapshot_file
from voidgen.image.iso_volume import SECTOR
from voidgen.system import untrusted
from voidgen.system.files import open_regular_file
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voidgen.image.iso_volume import Volume
    from voidgen.image.snapshot import Snapshot

MARK = b"\x01CD001"
"""Type and name of the first volume descriptor."""
FIRST = 16
"""The sector of that descriptor."""
T = TypeVar("T")
FILE = "voidgen.json"
"""The snapshot's file, at the top of the ISO."""
LARGEST = 1 << 27
"""Maximum bytes of a file that is read: a snapshot of 100,000 store paths needs a tenth."""


def read(iso: Path) -> bytes:
    """Return the snapshot's bytes; WrongInputError if ``iso`` is incomplete or has no snapshot."""
    try:
        data = extract(iso, f"/{FILE}")
    except OSError as error:
        raise WrongInputError(unreadable(error, iso)) from None
    if data is None:
        what = f"is incomplete, or was not made by voidgen: it has no readable {FILE}"
        raise WrongInputError(Fault(what, iso, remedy="build the ISO again with `voidgen iso`"))
    return data


def snapshot(iso: Path) -> Snapshot:
    """Return the snapshot; WrongInputError if ``iso`` is incomplete or has no snapshot."""
    try:
        return snapshot_file.structure(untrusted.parse_json(read(iso)), iso)
    except (ValueError, GarbledError):
        raise WrongInputError(fault(iso)) from None


def refuse_no_iso(iso: Path) -> None:
    """Raise WrongInputError if ``iso`` does not have the mark of an ISO (ECMA-119, 8.1.2)."""
    with open_regular_file(iso) as stream:
        stream.seek(FIRST * SECTOR)
        if stream.read(len(MARK)) == MARK:
            return
    remedy = "name the .iso file that `voidgen iso` made"
    raise WrongInputError(
        Fault("is not an ISO, and has no checksums beside it", iso, remedy=remedy)
    )


def fault(iso: Path) -> Fault:
    """Return the fault of an ISO whose snapshot was not written by voidgen."""
    what = f"{FILE} in this ISO was not written by voidgen"
    return Fault(what, iso, remedy="build the ISO again with `voidgen iso`")


def extract(iso: Path, path: str) -> bytes | None:
    """Return a file's bytes, by its Rock Ridge path; None if ``iso`` has no such file or is no ISO.

    Also returns None if the file is larger than `LARGEST`. Raises OSError if the ISO cannot be
    read.
    """
    return _read_iso(
        iso, lambda volume: volume.read(path) if volume.size(path) <= LARGEST else None
    )


def extent(iso: Path, path: str) -> tuple[int, int] | None:
    """Return a file's offset and size in bytes, by its Rock Ridge path.

    None if ``iso`` has no such file or is no ISO. Raises OSError if it cannot be read.
    """
    return _read_iso(iso, lambda volume: (volume.offset(path), volume.size(path)))


def _read_iso(iso: Path, look: Callable[[Volume], T | None]) -> T | None:
    try:
        with iso_volume.open_volume(iso, LARGEST + SECTOR) as volume:
            return look(volume)
    except iso_volume.DAMAGED:
        return None
