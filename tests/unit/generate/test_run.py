from pathlib import Path

import pytest
from tests.support.program import found, write

from voidgen.errors import WrongInputError
from voidgen.generate import run

CONFIG = '[image]\nname = "test"\n'


@pytest.fixture
def folder(repository: Path) -> Path:
    write(repository, {"voidgen.toml": CONFIG})
    return repository


def test_check_reports_the_changes_that_generate_makes(folder: Path) -> None:
    before = found(folder)
    checked = run.run(run.Request(folder, check=True))
    assert found(folder) == before
    emitted = run.run(run.Request(folder))
    assert checked == emitted
    assert {*emitted.changes.added} <= {*found(folder)}
    assert not run.run(run.Request(folder, check=True)).changes


def test_unlocked_inputs_are_named(folder: Path) -> None:
    unlocked = run.run(run.Request(folder, check=True)).unlocked
    assert unlocked[0].startswith("flake.lock has no nixpkgs")


def test_files_that_voidgen_has_not_emitted_are_overwritten_only_with_force(folder: Path) -> None:
    write(folder, {"flake.nix": "{ }\n"})
    before = found(folder)
    with pytest.raises(WrongInputError, match="is in the way"):
        run.run(run.Request(folder))
    assert found(folder) == before
    assert "flake.nix" in run.run(run.Request(folder, force=True)).changes.changed


def test_a_file_that_a_clone_lacks_is_a_warning(folder: Path) -> None:
    module = {"module.toml": 'summary = "A"\n', "files/etc/x": "x\n", "files/etc/.gitignore": "x\n"}
    write(folder, {f"overlay-src/a/{name}": text for name, text in module.items()})
    write(folder, {"voidgen.toml": f'{CONFIG}[overlay]\nmodules = ["a"]\n'})
    (warning,) = run.run(run.Request(folder)).warnings
    assert warning.file == folder / "overlay-src/a/files/etc/x"


def test_a_project_outside_of_a_repository_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"voidgen.toml": CONFIG})
    with pytest.raises(WrongInputError, match="is not in a git repository"):
        run.run(run.Request(tmp_path))
