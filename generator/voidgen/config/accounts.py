"""Users and groups that Void's packages make, as void-packages' recipes name them."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, TypedDict

from voidgen.data.bundled_files import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = DATA / "accounts.json"
"""Written by tests/void_facts/record_accounts.py."""

BASE = "base-files"
"""The package of the users and groups that every Void system has."""


class Tables(TypedDict):
    """``source`` names the recipes; the others map users and groups to packages that make them."""

    source: str
    users: Mapping[str, list[str]]
    groups: Mapping[str, list[str]]


@cache
def tables() -> Tables:
    """Return the content of accounts.json."""
    found: Tables = json.loads(FILE.read_bytes())
    return found


def makers(name: str) -> list[str]:
    """Return the packages that make a user or a group called ``name``, sorted."""
    known = tables()
    return sorted({*known["users"].get(name, ()), *known["groups"].get(name, ())})
