"""`voidgen add xbps` checks names with the locked index, or else the repositories' current one."""

from pathlib import Path

import pytest
from tests.locks.project import clone, project, toml
from tests.locks.site import Site
from tests.support.http_faults import Server
from tests.support.program import Ran, voidgen


@pytest.fixture
def folder(locked: Path, tmp_path: Path) -> Path:
    return clone(locked, tmp_path / "project")


def add(folder: Path, name: str) -> Ran:
    return voidgen("add", "xbps", name, cwd=folder)


def packages(folder: Path) -> str:
    lines = (folder / "voidgen.toml").read_text().splitlines()
    return next(line for line in lines if line.startswith("packages"))


def test_add_uses_the_locked_index_without_the_repository(folder: Path, server: Server) -> None:
    server.bodies.clear()
    ran = add(folder, "zsh")
    assert ran.status == 0
    assert "could not be checked" not in ran.err
    assert packages(folder) == 'packages = ["htop", "zsh"]'
    ran = add(folder, "zhs")
    assert (ran.status, ran.out) == (2, "")
    assert "has a package 'zhs'" in ran.err
    assert "did you mean 'zsh'?" in ran.err


def test_add_accepts_a_locked_dependency(folder: Path, server: Server) -> None:
    server.bodies.clear()
    ran = add(folder, "ncurses")
    assert (ran.status, ran.err) == (0, "")


def test_add_uses_the_current_index_if_nothing_is_locked(site: Site, tmp_path: Path) -> None:
    fresh = project(tmp_path / "fresh", toml(site.origin.mklive, [site.url]))
    assert add(fresh, "zhs").status == 2
    ran = add(fresh, "zsh")
    assert ran.status == 0
    assert "could not be checked" not in ran.err


def test_add_notes_that_no_repository_can_be_read(site: Site, tmp_path: Path) -> None:
    fresh = project(tmp_path / "fresh", toml(site.origin.mklive, [f"{site.url}/none"]))
    ran = add(fresh, "zhs")
    assert ran.status == 0
    assert "note: voidgen could not check zhs: no repository of [xbps]" in ran.err
    assert packages(fresh) == 'packages = ["htop", "zhs"]'
