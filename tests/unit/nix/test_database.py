"""Nix's database, read without Nix."""

import sqlite3
from pathlib import Path

import pytest

from voidgen.nix import database
from voidgen.nix.closure import StorePath

SCHEMA = """
CREATE TABLE ValidPaths (id INTEGER PRIMARY KEY, path TEXT UNIQUE, narSize INTEGER);
CREATE TABLE Refs (referrer INTEGER, reference INTEGER);
INSERT INTO ValidPaths VALUES (1, '/s/a', 10), (2, '/s/b', 20), (3, '/s/c', NULL), (4, '/s/d', 5);
INSERT INTO Refs VALUES (1, 1), (1, 2), (2, 3), (4, 1);
"""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "db").mkdir()
    monkeypatch.setenv("NIX_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("NIX_REMOTE", raising=False)
    return tmp_path


def fill(state: Path) -> None:
    connection = sqlite3.connect(state / "db" / "db.sqlite")
    connection.executescript(SCHEMA)
    connection.close()


def test_the_closure_is_read(state: Path) -> None:
    fill(state)
    assert database.closure(["/s/a"]) == {
        "/s/a": StorePath(10, ("/s/a", "/s/b")),
        "/s/b": StorePath(20, ("/s/c",)),
        "/s/c": StorePath(0, ()),
    }


def test_an_unknown_path_gives_none(state: Path) -> None:
    fill(state)
    assert database.closure(["/s/a", "/s/x"]) is None


@pytest.mark.parametrize("content", [None, b"", b"no database", b"SQLite format 3\0" + b"x" * 100])
def test_a_missing_or_wrong_database_gives_none(state: Path, content: bytes | None) -> None:
    if content is not None:
        (state / "db" / "db.sqlite").write_bytes(content)
    assert database.closure(["/s/a"]) is None


def test_a_remote_store_gives_none(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(state)
    monkeypatch.setenv("NIX_REMOTE", "ssh-ng://elsewhere")
    assert database.closure(["/s/a"]) is None
