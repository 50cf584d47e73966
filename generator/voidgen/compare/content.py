"""Find where two files that should be equal differ, and the likely cause. Pure."""

from __future__ import annotations

import re
from collections import Counter

PIECE = 1 << 12
AROUND = 24
"""Bytes before and after the first difference that are searched, and shown before it."""
SHOWN = 60

_DATE = re.compile(
    rb"\b1[0-9]{9}\b|\b(?:19|20)[0-9]{2}-?[01][0-9]-?[0-3][0-9]"
    rb"|\b[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?\b"
    rb"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"
)
"""Seconds since 1970 in the years 2001 to 2033, and dates as people and programs write them."""
_BUILD_PATH = re.compile(rb"/build/|/tmp/|/nix-build-|/home/|/root/")


def offset(old: bytes, new: bytes) -> int:
    """Return the position of the first byte in which two unequal contents differ."""
    for start in range(0, min(len(old), len(new)), PIECE):
        one, other = (data[start : start + PIECE] for data in (old, new))
        if one != other:
            pairs = enumerate(zip(one, other, strict=False))
            return start + next(
                (place for place, (a, b) in pairs if a != b), min(len(one), len(other))
            )
    return min(len(old), len(new))


def describe(old: bytes, new: bytes) -> str:
    """Return in one line where two contents differ, what each has there, and the likely cause."""
    place = offset(old, new)
    begin = max(0, place - AROUND)
    pieces = [repr(data[begin : place + SHOWN])[2:-1] for data in (old, new)]
    cause = likely(old, new, place)
    return f"byte {place:,}: {pieces[0]!r} and {pieces[1]!r}{cause and f': {cause}'}"


def likely(old: bytes, new: bytes, place: int) -> str:
    """Return the likely cause of a difference at ``place``, or ""."""
    if len(old) == len(new) and Counter(old.splitlines()) == Counter(new.splitlines()):
        return "the same lines in another order"
    around = [data[max(0, place - AROUND) : place + AROUND] for data in (old, new)]
    dates = [_DATE.findall(piece) for piece in around]
    if dates[0] != dates[1] and all(dates):
        return "a time"
    if all(map(_BUILD_PATH.search, around)):
        return "the folder of the build"
    if Counter(old.split()) == Counter(new.split()):
        return "the same words in another order"
    return ""
