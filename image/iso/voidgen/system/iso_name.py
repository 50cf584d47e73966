"""The names of an ISO and of the files beside it. Pure. Standard library only."""

from __future__ import annotations

import time

DEFAULT = "{name}"
PLACEHOLDERS = ("name", "version", "date", "arch")
ANY_DATE = "?" * 8
"""In `stem`, makes a pattern for Path.glob."""


def date_of(seconds: int) -> str:
    """Return the day of a time in seconds since 1970 (UTC), such as 20261201."""
    return time.strftime("%Y%m%d", time.gmtime(seconds))


def stem(template: str, name: str, arch: str, version: str | None, date: str) -> str:
    """Return the name without an ending: ``template`` with its values."""
    values = {"name": name, "arch": arch, "version": version or "", "date": date}
    text = template
    for one in PLACEHOLDERS:
        text = text.replace(f"{{{one}}}", values[one])
    return text
