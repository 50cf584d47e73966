"""The one time that an ISO's files have, where nobody else gave them theirs."""

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
"""FAT begins with 1980, and a squashfs ends in 2106."""


def source_date(inputs: Iterable[Input], environment: Mapping[str, str]) -> int:
    """Seconds since 1970: what the environment says, or the newest of the locked commits' dates.

    Raises WrongInputError where the environment's is no such number.
    """
    asked = environment.get(VARIABLE)
    if not asked:
        return min(max([FIRST, *(one.modified for one in inputs)]), LAST)
    # Nobody's thousand digits are read as a number.
    if re.fullmatch("[0-9]{1,10}", asked) and FIRST <= int(asked) <= LAST:
        return int(asked)
    what = (
        f"{VARIABLE} is {asked[:40]!r}, and no number of seconds since 1970 from {FIRST} to {LAST}"
    )
    remedy = "unset it: the locked inputs have a date, too"
    raise WrongInputError(Fault(what, remedy=remedy))
