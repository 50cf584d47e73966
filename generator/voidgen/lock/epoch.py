"""The time that an ISO's files get if they have none of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.errors import Fault, WrongInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voidgen.lock.flake_lock import Input

VARIABLE = "SOURCE_DATE_EPOCH"
"""https://reproducible-builds.org/specs/source-date-epoch/"""
FIRST, LAST = 315_532_800, (1 << 32) - 1
"""The earliest time of FAT, in 1980, and the latest of a squashfs, in 2106."""


def source_date(inputs: Iterable[Input], environment: Mapping[str, str]) -> int:
    """Return `VARIABLE` of ``environment``, or else the date of the newest locked commit.

    In seconds since 1970. Raises WrongInputError if the variable is not such a number.
    """
    asked = environment.get(VARIABLE)
    if not asked:
        return min(max([FIRST, *(one.modified for one in inputs)]), LAST)
    # Limited, because int() of very many digits takes long or fails.
    if re.fullmatch("[0-9]{1,10}", asked) and FIRST <= int(asked) <= LAST:
        return int(asked)
    what = (
        f"{VARIABLE} is {asked[:40]!r}, not a number of seconds since 1970 from {FIRST} to {LAST}"
    )
    remedy = "unset it: voidgen then uses the date of the newest locked input"
    raise WrongInputError(Fault(what, remedy=remedy))
