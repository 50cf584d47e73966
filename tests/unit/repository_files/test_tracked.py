"""This repository tracks sources, and no files that a program makes."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BINARY = {
    f"tests/golden/{folder}/etc/a name with 'quotes' and $(id)/bytes"
    for folder in ("project/overlay-src/greeter/files", "emitted/image/include")
} | {"docs/pictures/boot-menu.png", "docs/pictures/booted.png"}
"""Files of ours that are not text: any bytes may be a file of an overlay, and a picture."""
MADE = (".venv", ".demo", ".reproduce", "build", "dist", "out", "result")


def git(*words: str, cwd: Path = ROOT) -> list[str]:
    """Return git's output, split at NULs. The machine's list of ignored files is not used."""
    argv = ["git", "-c", "core.excludesFile=/dev/null", *words]
    said = subprocess.run(argv, cwd=cwd, check=True, capture_output=True).stdout
    return [os.fsdecode(one) for one in said.split(b"\0") if one]


def binary() -> set[str]:
    """Return the tracked files that git takes for binary."""
    (empty,) = git("hash-object", "-t", "tree", os.devnull)
    words = ("diff", "--cached", "--numstat", "--no-renames", "-z", empty.strip())
    rows = (row.split("\t", 2) for row in git(*words))
    return {path for added, _, path in rows if added == "-"}


def test_no_ignored_file_is_tracked() -> None:
    assert git("ls-files", "-z", "-ci", "--exclude-per-directory=.gitignore") == []


def test_no_binary_is_tracked() -> None:
    assert binary() == BINARY


@pytest.mark.parametrize("name", MADE)
def test_generated_folders_are_also_ignored_as_links(name: str, repository: Path) -> None:
    (repository / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    (repository / name).symlink_to("/tmp")
    found = git("ls-files", "-z", "-o", "--exclude-per-directory=.gitignore", cwd=repository)
    assert found == [".gitignore"]
