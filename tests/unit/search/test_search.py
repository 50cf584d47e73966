"""`voidgen search` without Nix; tests/integration/test_nix_search.py has the package set."""

import json
import re
from pathlib import Path

import pytest
from tests.support.program import voidgen, write
from tests.support.repodata import index
from tests.support.terminal import on_terminal

FIRST = {
    "htop": {"pkgver": "htop-3.4.0_1", "short_desc": "Interactive process viewer"},
    "bottom": {"short_desc": "Yet another \u202e top, for processes of all kinds"},
    "htop-with-a-name-that-takes-more-room-than-there-is": {"short_desc": "Long name"},
}
SECOND = {"htop": {"pkgver": "htop-2.0.0_1"}, "atop": {}}


@pytest.fixture
def project(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two repositories that are folders; PATH has no nix."""
    sites = [str(repository / name) for name in ("first", "second")]
    write(
        repository,
        {
            "voidgen.toml": f'[image]\nname = "x"\n[xbps]\nrepositories = {sites}\n',
            "overlay-src/top/module.toml": 'summary = "Shows processes at boot"\n',
            "first/x86_64-repodata": index(FIRST),
            "second/x86_64-repodata": index(SECOND),
            "bin/empty": "",
        },
    )
    monkeypatch.setenv("PATH", str(repository / "bin"))
    return repository


def test_a_pipe_gets_a_line_for_each_hit(project: Path) -> None:
    ran = voidgen("search", "process", "top", cwd=project)
    assert ran.status == 0
    assert [line.split("\t")[:3] for line in ran.out.splitlines()] == [
        ["module", "top", ""],
        ["xbps", "htop", "3.4.0_1"],
        ["xbps", "bottom", "1_1"],
    ]
    assert "another \\u202e top" in ran.out
    assert "Nix packages were not searched: nix is not on PATH" in ran.err


def test_json(project: Path) -> None:
    ran = voidgen("-q", "search", "--json", "process", "viewer", "--only", "xbps", cwd=project)
    assert (ran.status, ran.err) == (0, "")
    about = "Interactive process viewer"
    row = {"kind": "xbps", "name": "htop", "version": "3.4.0_1", "description": about}
    assert json.loads(ran.out) == {"version": 1, "hits": [row]}


@pytest.mark.parametrize(
    ("words", "remedy"),
    [(["htopp"], "did you mean 'htop' or "), (["q", "z"], "use fewer or")],
)
def test_nothing_found_is_status_1_and_a_line(project: Path, words: list[str], remedy: str) -> None:
    ran = voidgen("-q", "search", *words, "--only", "xbps", cwd=project)
    assert (ran.status, ran.out) == (1, "")
    assert f"no name or description has {' and '.join(words)}\n" in ran.err
    assert remedy in ran.err


@pytest.mark.parametrize("columns", [50, 80])
def test_rows_fit_the_terminal(project: Path, columns: int) -> None:
    many = {f"top-{number}": {"short_desc": "words " * 20} for number in range(40)}
    write(project, {"first/x86_64-repodata": index(FIRST | many)})
    status, said, _ = on_terminal(project, "search", "top", columns=columns)
    said = re.sub("\x1b\\[[0-9;]*m", "", said)
    rows = said.splitlines()
    assert status == 0
    long = [row for row in rows if len(row) > columns]
    assert all(row.split()[0] in FIRST for row in long)
    assert any(row.startswith("Void packages: 44  ") for row in rows)
    assert "  add one: voidgen add module top" in rows
    assert "  and 24 more: add a WORD, or use --all" in rows
    assert "  add one: voidgen add xbps top-0" in rows
    every = on_terminal(project, "search", "top", "--all", columns=columns)[1]
    assert all(f"  {name} " in every for name in many)


def test_without_a_repository(project: Path) -> None:
    (project / "first/x86_64-repodata").unlink()
    (project / "second/x86_64-repodata").unlink()
    ran = voidgen("search", "top", cwd=project)
    assert ran.out.startswith("module\ttop\t")
    assert "Void packages were not searched: no repository of [xbps] has packages" in ran.err


def test_an_empty_word_is_refused(project: Path) -> None:
    ran = voidgen("search", "", cwd=project)
    assert (ran.status, ran.out) == (2, "")
    assert "a WORD is empty" in ran.err
