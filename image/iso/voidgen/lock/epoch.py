"""The time that an ISO's files get if they have none of their own. Pure. Standard library only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

VARIABLE = "SOURCE_DATE_EPOCH"
"""https://reproducible-builds.org/specs/source-date-epoch/"""
FIRST, LAST = 315_532_800, (1 << 32) - 1
"""The earliest time of FAT, in 1980, and the latest of a squashfs, in 2106."""


class NotADateError(ValueError):
    """`VARIABLE` is not a time that an ISO's files can have."""


def of_commits(modified: Iterable[int], asked: str) -> int:
    """Return ``asked``, the value of `VARIABLE`, or else the newest of ``modified``.

    In seconds since 1970; ``modified`` are the times of the locked commits. Raises NotADateError
    if ``asked`` is not such a number.
    """
    if not asked:
        return min(max([FIRST, *modified]), LAST)
    # Limited, because int() of very many digits takes long or fails.
    if re.fullmatch("[0-9]{1,10}", asked) and FIRST <= int(asked) <= LAST:
        return int(asked)
    raise NotADateError(
        f"{VARIABLE} is {asked[:40]!r}, not a number of seconds since 1970 from {FIRST} to {LAST}"
    )
