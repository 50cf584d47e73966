"""The same project gives the same bytes, whatever its spelling, order and environment are."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.property import projects, running
from tests.property.projects import Module, Project

from voidgen.emit import LIST

ROOT = Path(__file__).parents[2]
SETS = ("requires", "after", "services")
"""Lists of module.toml in which an order has no meaning."""


@given(project=projects.projects(), chance=st.randoms(use_true_random=True))
def test_order_and_spelling_do_not_change_the_output(
    project: Project, chance: Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    left = []
    for _ in range(2):
        folder = running.repository(tmp_path_factory.mktemp("project"))
        projects.write(_reordered(project, chance), folder, chance)
        with _disk_order(chance):
            ran = running.generate(folder)
        assert ran.status == 0, ran.stderr
        left.append({**running.emitted(folder)})
    assert {"flake.nix", "image/manifest.json"} < left[0].keys()
    # The list has the hashes of the sources, and of all other files.
    sources = [json.loads(one.pop(LIST)[1])["sources"] for one in left]
    assert sources[0].keys() == sources[1].keys()
    assert left[0] == left[1]


def _reordered(project: Project, chance: Random) -> Project:
    """Return ``project`` with each list shuffled whose order does not matter."""
    project = deepcopy(project)
    chance.shuffle(project.table["overlay"]["modules"])
    chance.shuffle(project.table["xbps"]["packages"])
    for module in project.modules.values():
        chance.shuffle(module.table["packages"]["xbps"])
        for name in SETS:
            chance.shuffle(module.table[name])
    return project


@contextmanager
def _disk_order(chance: Random) -> Iterator[None]:
    """Have the file system list folders in random order."""
    scandir, listdir = os.scandir, os.listdir

    class Entries(list[Any]):
        """An iterator that can be closed, like that of ``os.scandir``."""

        def __next__(self) -> Any:
            if not self:
                raise StopIteration
            return self.pop()

        def __iter__(self) -> Iterator[Any]:
            return self

        def __enter__(self) -> Iterator[Any]:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    def scan(*path: Any) -> Entries:
        with scandir(*path) as found:
            entries = Entries(found)
        chance.shuffle(entries)
        return entries

    def listing(*path: Any) -> list[Any]:
        names = listdir(*path)
        chance.shuffle(names)
        return names

    with mock.patch("os.scandir", scan), mock.patch("os.listdir", listing):
        yield


BELOW = "overlay-src/one"
ENVIRONMENTS: dict[str, tuple[dict[str, str], int, str]] = {
    "another folder": ({}, 0o022, BELOW),
    "C": ({"LC_ALL": "C", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "1"}, 0o077, "/"),
    "ascii": ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, 0o000, BELOW),
    "posix": ({"LC_ALL": "POSIX", "TZ": "UTC+12", "PYTHONHASHSEED": "2"}, 0o027, "/"),
    "optimised": (
        {"LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "3", "PYTHONOPTIMIZE": "2"}, 0o002, BELOW,
    ),
}  # fmt: skip
"""Variables, umask, and the folder that voidgen is run in, from the project's."""


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with non-ASCII names and all kinds of values."""
    options = {"a-text": "é 😀 \\ '", "count": 7, "flag": True, "kind": "one", "words": ["é", "x"]}
    template = {"usr/bin/é.j2": projects.TEMPLATE, "etc/ü/😀": "é".encode()}
    one = Module({"summary": "é", "options": projects.OPTIONS}, template)
    two = Module({"summary": "x", "after": ["one"], "links": {"/etc/ß": "é"}}, {"etc/b": b"#!x"})
    table = {
        "image": {"name": "x", "title": "Ünï 😀"},
        "overlay": {"modules": ["two", "one"], "options": {"one": options}},
    }
    folder = tmp_path_factory.mktemp("rich")
    projects.write(Project(table, {"one": one, "two": two}), folder, Random(0))
    return folder


def generated(rich: Path, cwd: Path, env: Mapping[str, str], umask: int) -> running.Left:
    """Emit the project again, in the same folder, because its name may matter."""
    for old in (rich / "image", rich / ".git"):
        shutil.rmtree(old, ignore_errors=True)
    (rich / "flake.nix").unlink(missing_ok=True)
    running.repository(rich)
    subprocess.run(
        [sys.executable, "-m", "voidgen", "-C", os.path.relpath(rich, cwd), "generate"],
        cwd=cwd,
        env=os.environ | env,
        umask=umask,
        check=True,
        capture_output=True,
    )
    return running.emitted(rich)


@pytest.fixture(scope="module")
def plain(rich: Path) -> running.Left:
    return generated(rich, rich, {}, 0o022)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_environment_does_not_change_the_output(
    name: str, rich: Path, plain: running.Left
) -> None:
    env, umask, where = ENVIRONMENTS[name]
    assert {"flake.nix", "image/manifest.json"} < plain.keys()
    assert generated(rich, Path(rich, where), env, umask) == plain
