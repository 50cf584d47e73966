"""Each folder here is a broken project; its ``expected`` is what voidgen says about it.

A file ``command`` names the command, where that is not ``generate``. `pytest tests/broken
--update-golden` writes ``expected`` anew.
"""

import shlex
import shutil
from pathlib import Path

import pytest
from tests.unit.program import found, voidgen

HERE = Path(__file__).parent
EXAMPLES = sorted(folder.name for folder in HERE.iterdir() if (folder / "expected").exists())


@pytest.mark.parametrize("name", EXAMPLES)
def test_broken(name: str, repository: Path, update_golden: bool) -> None:
    example = HERE / name
    ours = shutil.ignore_patterns("expected", "command")
    shutil.copytree(example, repository, symlinks=True, dirs_exist_ok=True, ignore=ours)
    command = example / "command"
    words = shlex.split(command.read_text()) if command.exists() else ["generate"]
    before = found(repository)

    ran = voidgen(*words, cwd=repository)

    said = ran.err.replace(str(repository.parent), "@tmp@")
    if update_golden:
        (example / "expected").write_text(said)
    assert said == (example / "expected").read_text()
    assert (ran.status, ran.out) == (2, "")
    assert found(repository) == before, "wrong input must leave the project alone"
