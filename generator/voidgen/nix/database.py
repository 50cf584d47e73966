"""Reading Nix's database without Nix: one query returns a whole closure.

Its tables have been the same since schema 10 (Nix 1.11): ValidPaths and Refs. All functions return
None if there is no answer: the database may be elsewhere, or not readable for this user.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from voidgen.nix.closure import StorePath

if TYPE_CHECKING:
    from collections.abc import Collection

STATE_DIR = "/nix/var/nix"
"""Upstream's, and Debian's (Nix manual, "Common Environment Variables", NIX_STATE_DIR)."""

_IDS = """
WITH RECURSIVE closure(id) AS (
    SELECT id FROM ValidPaths WHERE path IN (SELECT value FROM json_each(?))
    UNION SELECT reference FROM Refs JOIN closure ON referrer = id
)
"""
# Only constants are put into the queries; paths are passed as values.
_CLOSURE = f"""
{_IDS} SELECT id, path, narSize, (SELECT group_concat(reference) FROM Refs WHERE referrer = id)
FROM closure JOIN ValidPaths USING (id)
"""  # noqa: S608
_HASHES = f"{_IDS} SELECT path, hash FROM closure JOIN ValidPaths USING (id)"  # noqa: S608
_DERIVERS = """
SELECT path, deriver FROM ValidPaths
WHERE path IN (SELECT value FROM json_each(?)) AND deriver IS NOT NULL
"""


def closure(paths: Collection[str]) -> dict[str, StorePath] | None:
    """Return ``paths`` and all that they need; None if the database does not know them all."""
    rows = _ask(_CLOSURE, paths)
    if rows is None:
        return None
    names = {str(id_): path for id_, path, _, _ in rows}
    found = {
        path: StorePath(size or 0, tuple([names[id_] for id_ in needs.split(",")] if needs else ()))
        for _, path, size, needs in rows
    }
    return found if found.keys() >= {*paths} else None


def nar_hashes(paths: Collection[str]) -> dict[str, str] | None:
    """Return the narHashes of ``paths`` and of all that they need, as the database has them."""
    rows = _ask(_HASHES, paths)
    return None if rows is None else dict(rows)


def derivers(paths: Collection[str]) -> dict[str, str] | None:
    """Return the derivations that built ``paths``, for those of them whose derivation is known."""
    rows = _ask(_DERIVERS, paths)
    return None if rows is None else dict(rows)


def _ask(query: str, paths: Collection[str]) -> list[Any] | None:
    file = Path(os.environ.get("NIX_STATE_DIR") or STATE_DIR) / "db" / "db.sqlite"
    if os.environ.get("NIX_REMOTE", "daemon") not in {"", "daemon", "auto", "local"}:
        return None
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as database:
            return database.execute(query, [json.dumps(sorted(paths))]).fetchall()
    except sqlite3.Error:
        return None
