"""REUSE.toml names existing files. `make lint` runs `reuse lint`."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ANNOTATIONS = tomllib.loads((ROOT / "REUSE.toml").read_text())["annotations"]
PATHS = [path for one in ANNOTATIONS for path in [one["path"]] if isinstance(path, str)]
PATHS += [path for one in ANNOTATIONS if not isinstance(one["path"], str) for path in one["path"]]


@pytest.mark.parametrize("path", PATHS)
def test_each_path_matches_a_file(path: str) -> None:
    words = ("git", "ls-files", "--", f":(glob){path}")
    assert subprocess.run(words, cwd=ROOT, check=True, capture_output=True).stdout


def test_the_wheels_metadata_names_its_files_licences() -> None:
    words = (sys.executable, "-m", "reuse", "lint", "--json")
    said = subprocess.run(words, cwd=ROOT, check=True, capture_output=True).stdout
    target = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    carried = (*target["packages"], *target["force-include"], *target["shared-data"])
    licences = {
        expression["value"]
        for file in json.loads(said)["files"]
        if file["path"].startswith(tuple(f"{folder}/" for folder in carried))
        for expression in file["spdx_expressions"]
    }
    assert sorted(PROJECT["project"]["license"].split(" AND ")) == sorted(licences)


def test_the_file_license_is_the_mit_licences_text() -> None:
    assert (ROOT / "LICENSES/MIT.txt").read_bytes() == (ROOT / "LICENSE").read_bytes()
