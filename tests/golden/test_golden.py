"""The emitted files of a project with one of everything. Read their changes in review.

`make golden` writes ``emitted/`` anew.
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st
from tests.support.program import found, voidgen

from voidgen import project
from voidgen.data import bundled_files
from voidgen.tree import Tree

HERE = Path(__file__).parent
PROJECT, EMITTED = HERE / "project", HERE / "emitted"
SHOWN = EMITTED / "show.txt"


def _written(folder: Path) -> dict[str, bytes | str | None]:
    """Return the emitted files, without those that are the same for every project."""
    constant = {**bundled_files.constant(), **bundled_files.in_sandbox()}
    return {
        path: data
        for path, data in found(folder).items()
        if data is not None
        and path not in constant
        and (path == "flake.nix" or path.startswith("image/"))
        and path != "image/emitted.json"
    }


def _copy(repository: Path) -> None:
    shutil.copytree(PROJECT, repository, symlinks=True, dirs_exist_ok=True)
    subprocess.run(["git", "add", "--all"], cwd=repository, check=True)


def test_emitted_files_are_as_reviewed(repository: Path, update_golden: bool) -> None:
    _copy(repository)
    ran = voidgen("generate", cwd=repository)
    assert (ran.status, ran.err) == (0, "")
    shown = voidgen("show", cwd=repository)
    assert (shown.status, shown.err) == (0, "")
    written = _written(repository)
    if update_golden:
        shutil.rmtree(EMITTED, ignore_errors=True)
        for path in written:
            (EMITTED / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(repository / path, EMITTED / path)
        SHOWN.write_text(shown.out)
    assert written == _written(EMITTED)
    assert shown.out == SHOWN.read_text()


def test_the_emitted_json_has_the_options_values() -> None:
    data = json.loads((EMITTED / "image/include/etc/greeter.json").read_text())
    options = tomllib.loads((PROJECT / "voidgen.toml").read_text())["overlay"]["options"]
    assert data == {key: options["greeter"][key] for key in ("text", "names")}


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_the_emitted_script_prints_the_options_values(shell: str) -> None:
    options = tomllib.loads((PROJECT / "voidgen.toml").read_text())["overlay"]["options"]["greeter"]
    argv = [shell, str(EMITTED / "image/include/usr/bin/greet")]
    said = subprocess.run(argv, capture_output=True, check=True, text=True).stdout
    lines = [f"{options['text']} {name}\n" for name in options["names"]]
    assert said == "".join(lines) + "42 green me\n"


def _tree(folder: Path) -> Tree:
    return project.load(folder).tree()


def _shuffled(value: Any, shuffle: Callable[[list[Any]], None]) -> Any:
    if not isinstance(value, dict):
        return value
    names = list(value)
    shuffle(names)
    return {name: _shuffled(value[name], shuffle) for name in names}


@given(random=st.randoms(use_true_random=False))
def test_the_order_of_keys_and_files_does_not_matter(
    random: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(PROJECT, folder, symlinks=True, dirs_exist_ok=True)
    for file in [folder / "voidgen.toml", *folder.rglob("module.toml")]:
        mixed = _shuffled(tomllib.loads(file.read_text()), random.shuffle)
        file.write_text(tomlkit.dumps(mixed))
    scandir = os.scandir

    def mixed_scandir(path: Any) -> Iterator[os.DirEntry[str]]:
        entries = list(scandir(path))
        random.shuffle(entries)
        return iter(entries)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("voidgen.overlay.catalogue.os.scandir", mixed_scandir)
        assert _tree(folder) == _tree(PROJECT)


@pytest.mark.parametrize(
    ("settings", "umask"),
    [
        ({"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0"}, 0o022),
        ({"LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"}, 0o077),
        ({"LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "random", "PYTHONUTF8": "0"}, 0o000),
    ],
)
def test_environment_and_umask_do_not_matter(
    repository: Path, settings: dict[str, str], umask: int
) -> None:
    _copy(repository)
    argv = [sys.executable, "-m", "voidgen", "--quiet", "-C", str(repository), "generate"]
    subprocess.run(argv, cwd="/", env=os.environ | settings, umask=umask, check=True)
    assert _written(repository) == _written(EMITTED)
    modes = {
        path.stat().st_mode & 0o777 for path in (repository / "image").rglob("*") if path.is_file()
    }
    assert modes == {0o644, 0o755}
