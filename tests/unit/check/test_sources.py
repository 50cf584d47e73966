"""`check` generates the project twice, and finds differences."""

import os
from pathlib import Path

import pytest
from tests.support.program import voidgen, write

from voidgen import project
from voidgen.check import sources
from voidgen.check.copies import copies
from voidgen.system import git

TOML = '[image]\nname = "x"\n[nix]\nnixpkgs = "./packages"\n'
FILES = {"voidgen.toml": TOML, "packages/default.nix": "_: { }\n"}

CARELESS = """
import os
from voidgen.schema import canonical_json
own = canonical_json.to_json
canonical_json.to_json = lambda *values: own(*values) + os.environ[{variable!r}].encode()
"""
"""A voidgen that writes a variable of its environment into what it emits."""


@pytest.fixture
def emitted(repository: Path) -> Path:
    write(repository, FILES)
    git.add_intent(repository, ["."])
    assert voidgen("generate", cwd=repository).status == 0
    return repository


def broken(folder: Path, script: str, patch: pytest.MonkeyPatch) -> None:
    """Have every other Python run ``script`` first (Python's module ``site``)."""
    write(folder, {"sitecustomize.py": script})
    patch.setenv("PYTHONPATH", f"{folder}:{os.environ.get('PYTHONPATH', '')}")


def test_equal_emitted_files_pass(emitted: Path) -> None:
    assert sources.generated(project.load(emitted)).state == "passed"


@pytest.mark.parametrize(
    "variable",
    [
        "PYTHONHASHSEED",
        *(pytest.param(one, marks=pytest.mark.slow) for one in ("LC_ALL", "TZ", "PWD")),
    ],
)
def test_output_that_depends_on_the_environment_is_found(
    variable: str, emitted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = CARELESS.format(variable=variable)
    if variable == "PWD":
        script = "import os\nos.environ['PWD'] = os.getcwd()\n" + script
    broken(tmp_path / "careless", script, monkeypatch)
    found = sources.generated(project.load(emitted))
    assert (found.state, found.about) == ("failed", "they differ")
    assert found.detail.startswith("/image/")


def test_a_generate_that_writes_nothing_fails(
    emitted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(tmp_path / "lazy", "import sys\nsys.argv = ['voidgen', '--version']\n", monkeypatch)
    found = sources.generated(project.load(emitted))
    about = "`voidgen generate` writes nothing in a folder called one"
    assert (found.state, found.about) == ("failed", about)


def test_the_folder_out_is_not_copied(emitted: Path) -> None:
    write(emitted, {"out/x.iso": "as git knows it", "outside": "x"})
    git.add_intent(emitted, ["."])
    with copies(project.load(emitted)) as both:
        for one in both:
            assert not (one.folder / "out").exists()
            assert (one.folder / "outside").read_text() == "x"
