"""The snapshot that an ISO carries: what it was made from, for `voidgen diff`."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import TYPE_CHECKING

from pycdlib import PyCdlib
from pycdlib.pycdlibexception import PyCdlibException

from voidgen.errors import Fault, WrongInputError, unreadable

if TYPE_CHECKING:
    from pathlib import Path

FILE = "voidgen.json"
"""At the top of the ISO."""


def read(iso: Path) -> bytes:
    """The snapshot's bytes; WrongInputError where ``iso`` is no whole ISO, or has none."""
    try:
        data = extract(iso, f"/{FILE}")
    except OSError as error:
        raise WrongInputError(unreadable(error, iso)) from None
    if data is None:
        what = f"is no whole ISO, or none of voidgen's: it has no {FILE} that can be read"
        raise WrongInputError(Fault(what, iso, remedy="make it again with `voidgen iso`"))
    return data


def extract(iso: Path, path: str) -> bytes | None:
    """A file's bytes, by its Rock Ridge path; None where it is not there, or ``iso`` is no ISO.

    Raises OSError where that cannot be read.
    """
    image, data = PyCdlib(), BytesIO()
    try:
        image.open(str(iso))
        try:
            image.get_file_from_iso_fp(data, rr_path=path)
        finally:
            image.close()
    except (PyCdlibException, ValueError, IndexError, struct.error):
        return None
    return data.getvalue()
