"""The names of time zones, as the tz database has them."""

from __future__ import annotations

import json
from functools import cache

from voidgen.data.bundled_files import DATA
from voidgen.errors import did_you_mean

FILE = DATA / "timezones.json"
"""`tools.timezones` writes it."""
FOLDER = "/usr/share/zoneinfo"
"""Void's package tzdata has a file for each zone here."""


@cache
def _names() -> tuple[str, ...]:
    return tuple(json.loads(FILE.read_bytes())["zones"])


def hint_for_unknown_zone(name: str) -> str | None:
    """Return what to do about a zone that there is not, or None if there is one."""
    names = _names()
    if name in names:
        return None
    cities = {one.rpartition("/")[2].lower(): one for one in names}
    city = cities.get(name.rpartition("/")[2].replace(" ", "_").lower())
    near = f"did you mean {city!r}?" if city else did_you_mean(name, names)
    return near or f"name a file below {FOLDER} of a Void system, such as 'Europe/Zurich'"
