"""Check that an ISO is whole before it is written."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from voidgen.errors import Fault, WrongInputError, unreadable
from voidgen.provenance.beside import beside
from voidgen.system import sha256sums, sri

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.progress import Progress

PIECE = 4 << 20
DESCRIPTOR, SECTOR = 32768, 2048
"""Offset of the primary volume descriptor, and bytes of a sector (ECMA-119)."""
SUMS = 1 << 20
SUMS_SUFFIX = "iso.sha256"
REMEDY = "build it again with `voidgen iso`, or copy it again"


def size_of(iso: Path) -> int:
    """Return the bytes of ``iso``; WrongInputError if it is no ISO or shorter than it says."""
    try:
        if not iso.is_file():
            raise WrongInputError(Fault("is not a file", iso, remedy="name an ISO"))
        size = iso.stat().st_size
        _check_size(iso, size)
    except OSError as error:
        raise WrongInputError(unreadable(error, iso)) from None
    return size


def checked(iso: Path, progress: Progress) -> str:
    """Return the SHA-256 of ``iso`` in hexadecimal.

    Raises WrongInputError if the file differs from the sum in NAME.iso.sha256 beside it.
    """
    try:
        size = iso.stat().st_size
        made = hashlib.sha256()
        with iso.open("rb") as file, progress.transfer(f"checking {iso.name}", size) as moved:
            while piece := file.read(PIECE):
                made.update(piece)
                moved(len(piece))
    except OSError as error:
        raise WrongInputError(unreadable(error, iso)) from None
    hash_ = sri.of_hex(made.hexdigest())
    if (sum_beside(iso) or hash_) != hash_:
        raise WrongInputError(_mismatch(iso))
    return made.hexdigest()


def sum_beside(iso: Path) -> str | None:
    """Return the hash of ``iso`` in NAME.iso.sha256 beside it, in SRI form; None if it has none.

    Raises WrongInputError if the file is not a list of sums.
    """
    sums = beside(iso, SUMS_SUFFIX)
    try:
        known = sha256sums.parse(sums.read_bytes()[:SUMS]) if os.path.lexists(sums) else {}
    except OSError as error:
        raise WrongInputError(unreadable(error, sums)) from None
    if known is None:
        raise WrongInputError(_mismatch(iso))
    return known.get(iso.name)


def not_checked(iso: Path) -> Fault:
    """Return the warning that there is no sum to compare ``iso`` with."""
    sums = beside(iso, SUMS_SUFFIX).name
    what = f"was not checked: there is no {sums} with its sum beside it"
    return Fault(what, iso, remedy=f"if you copied the ISO, copy {sums}, too")


def _mismatch(iso: Path) -> Fault:
    return Fault(f"does not match {beside(iso, SUMS_SUFFIX).name}", iso, remedy=REMEDY)


def _check_size(iso: Path, size: int) -> None:
    with iso.open("rb") as file:
        file.seek(DESCRIPTOR)
        descriptor = file.read(SECTOR)
    if descriptor[1:6] != b"CD001":
        raise WrongInputError(Fault("is not an ISO", iso, remedy="name an ISO"))
    if int.from_bytes(descriptor[80:84], "little") * SECTOR > size:
        raise WrongInputError(Fault("is shorter than it says", iso, remedy=REMEDY))
