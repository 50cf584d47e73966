"""What is committed in this repository: sources, and nothing that a program makes."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BINARY = {
    f"tests/golden/{folder}/etc/a name with 'quotes' and $(id)/bytes"
    for folder in ("project/overlay-src/greeter/files", "emitted/image/include")
}
"""Files of ours that are no text: any bytes may be a file of an overlay."""
MADE = (".venv", ".demo", ".reproduce", "build", "dist", "out", "result")


def git(*words: str, cwd: Path = ROOT) -> list[str]:
    """What git prints, split at each NUL. No setting of the machine's says what is ignored."""
    argv = ["git", "-c", "core.excludesFile=/dev/null", *words]
    said = subprocess.run(argv, cwd=cwd, check=True, capture_output=True).stdout
    return [os.fsdecode(one) for one in said.split(b"\0") if one]


def binary() -> set[str]:
    """The tracked files that git takes for binary ones."""
    (empty,) = git("hash-object", "-t", "tree", os.devnull)
    words = ("diff", "--cached", "--numstat", "--no-renames", "-z", empty.strip())
    rows = (row.split("\t", 2) for row in git(*words))
    return {path for added, _, path in rows if added == "-"}


def test_nothing_ignored_is_tracked() -> None:
    assert git("ls-files", "-z", "-ci", "--exclude-per-directory=.gitignore") == []


def test_no_binary_is_tracked() -> None:
    assert binary() == BINARY


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_is_ignored_as_a_link_too(name: str, repository: Path) -> None:
    (repository / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    (repository / name).symlink_to("/tmp")
    found = git("ls-files", "-z", "-o", "--exclude-per-directory=.gitignore", cwd=repository)
    assert found == [".gitignore"]
