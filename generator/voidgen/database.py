"""Nix's database, read without Nix: one query tells a whole closure.

Its tables have been the same since schema 10 (Nix 1.11): ValidPaths and Refs. Whoever asks must
do without an answer: the database may lie elsewhere, or not be for everyone to read.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from voidgen.sizes import StorePath

if TYPE_CHECKING:
    from collections.abc import Collection

STATE_DIR = "/nix/var/nix"
"""Upstream's, and Debian's (Nix manual, "Common Environment Variables", NIX_STATE_DIR)."""

_CLOSURE = """
WITH RECURSIVE closure(id) AS (
    SELECT id FROM ValidPaths WHERE path IN (SELECT value FROM json_each(?))
    UNION SELECT reference FROM Refs JOIN closure ON referrer = id
)
"""
# Constants alone: what is asked for goes in as a value.
_PATHS = f"{_CLOSURE} SELECT id, path, narSize FROM ValidPaths WHERE id IN closure"  # noqa: S608
_REFERENCES = f"{_CLOSURE} SELECT referrer, reference FROM Refs WHERE referrer IN closure"  # noqa: S608


def closure(paths: Collection[str]) -> dict[str, StorePath] | None:
    """``paths`` and all that they need; None where the database does not know them all."""
    file = Path(os.environ.get("NIX_STATE_DIR") or STATE_DIR) / "db" / "db.sqlite"
    if os.environ.get("NIX_REMOTE", "daemon") not in {"", "daemon", "auto", "local"}:
        return None
    asked = [json.dumps(sorted(paths))]
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as database:
            rows = database.execute(_PATHS, asked).fetchall()
            references = database.execute(_REFERENCES, asked).fetchall()
    except sqlite3.Error:
        return None
    names = {id_: path for id_, path, _ in rows}
    needs: dict[int, list[str]] = {id_: [] for id_ in names}
    for referrer, reference in references:
        needs[referrer].append(names[reference])
    found = {path: StorePath(size or 0, tuple(sorted(needs[id_]))) for id_, path, size in rows}
    return found if found.keys() >= {*paths} else None
