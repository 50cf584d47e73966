"""Rules for the keys of [image] that name the image and its live system."""

from __future__ import annotations

from typing import Annotated

from voidgen.config import timezones
from voidgen.schema.rule import MisfitError, Rule

HOSTNAME = Rule(
    "a host name: up to 63 letters, digits and -, with a letter, and no - at either end",
    r"(?!localhost$)(?![0-9-]+$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
    (
        (r"^localhost$", "choose another name: this one is the loopback's"),
        (r"\.", "write only the part before the first dot"),
        (r"_", "write - instead of _"),
    ),
)
"""A label of RFC 1123, 2.1. Programs may read a name of digits as an address."""
TIMEZONE = Rule(
    'a time zone of the tz database, like "Europe/Zurich" or "UTC"',
    r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z][A-Za-z0-9_+-]*){0,2}",
    ((r"^/", f"write the part after {timezones.FOLDER}/"), (r" ", "write _ instead of a space")),
)

Hostname = Annotated[str, HOSTNAME]
Timezone = Annotated[str, TIMEZONE]


def check_timezone(name: str | None) -> None:
    """Raise `MisfitError` if the tz database has no zone ``name``."""
    near = timezones.hint_for_unknown_zone(name) if name else None
    if near is not None:
        raise MisfitError(f"the tz database has no zone {name!r}", ("timezone",), remedy=near)
