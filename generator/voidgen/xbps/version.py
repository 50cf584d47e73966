"""Names and versions as XBPS has them: xbps_pkg_name(3), xbps_pkg_version(3), xbps_cmpver(3).

The rules are those of XBPS's lib/util.c and lib/external/dewey.c, which knows ASCII only. A
version is a list of numbers:

- digits are their number;
- ``alpha`` is -3, ``beta`` -2, ``rc`` and ``pre`` -1, and ``.`` and ``pl`` 0;
- any other letter becomes two numbers, 0 and its place in the alphabet, so that 1a is 1.1;
- case does not matter, and other characters do not count.

Lists are compared number by number, the shorter one filled up with 0. If they are equal, the
revision decides: the digits after the last ``_``, or 0.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import zip_longest

_COMPONENT = re.compile(
    r"(?P<digits>[0-9]+)|(?P<word>alpha|beta|pre|rc|pl|\.)|_(?P<revision>[0-9]*)|(?P<letter>[a-z])",
    re.IGNORECASE | re.ASCII,
)
_WORDS = {"alpha": -3, "beta": -2, "pre": -1, "rc": -1, "pl": 0, ".": 0}

_VERSION = re.compile(r"[^0-9_]*[0-9][^_]*_[0-9_]+")
"""A digit, then the revision; more than one revision is for names such as a-1.17_01_1."""

_DIGITS = 32
"""10**32 is a multiple of 2**32, so that only the last 32 digits matter in 32 bits."""


def split(pkgver: str) -> tuple[str, str]:
    """Return the name, and the version with its revision, of "NAME-VERSION_REVISION".

    Raises ValueError for anything else.
    """
    name, dash, version = pkgver.rpartition("-")
    if not dash or not _VERSION.fullmatch(version):
        raise ValueError(f"{pkgver!r} is not NAME-VERSION_REVISION")
    return name, version


def compare(left: str, right: str) -> int:
    """Return -1 if ``left`` is the older version, 1 if it is the newer, 0 if they are equal.

    Versions that differ may be equal (1.0 and 1). It is an order among versions whose numbers
    fit 31 bits; larger ones wrap in XBPS, and so here.
    """
    if left == right:
        return 0
    one, other = _numbers(left), _numbers(right)
    pairs = zip_longest(one[0], other[0], fillvalue=0)
    differing = next((pair for pair in pairs if pair[0] != pair[1]), (one[1], other[1]))
    difference = _int(differing[0] - differing[1])
    return (difference > 0) - (difference < 0)


@lru_cache(maxsize=1 << 16)
def _numbers(version: str) -> tuple[tuple[int, ...], int]:
    """Return the list of a version, and its revision."""
    numbers, revision = [], 0
    for found in _COMPONENT.finditer(version):
        match found.lastgroup:
            case "digits":
                numbers.append(_int(int(found[0][-_DIGITS:])))
            case "word":
                numbers.append(_WORDS[found[0].lower()])
            case "letter":
                numbers += [0, ord(found[0].lower()) - ord("a") + 1]
            case _:
                revision = _int(int(found["revision"][-_DIGITS:] or "0"))
    return tuple(numbers), revision


def _int(number: int) -> int:
    """Return a number as it wraps in a C int."""
    return (number + (1 << 31)) % (1 << 32) - (1 << 31)
