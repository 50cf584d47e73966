"""A package set that needs another Nix: the real Nix reads which one."""

import subprocess
from pathlib import Path

import pytest
from tests.integration.offline import Nix
from tests.support.program import voidgen, write

from voidgen import config
from voidgen.doctor import package_set
from voidgen.doctor.host import Host
from voidgen.errors import StepFailedError
from voidgen.nix import requirements
from voidgen.system import process

FEATURES = """let features = [
  { description = "the `nixVersion` builtin"; condition = builtins ? nixVersion; }
  { description = %s; condition = %s; }
]; evaluated = builtins.partition ({ condition, ... }: condition) features; in
{ all = features; supported = evaluated.right; missing = evaluated.wrong; }
"""
REPORTS = '"`builtins.nixVersion` reports at least 99.18"'
SET = "{ system, config, overlays }: { }\n"


@pytest.mark.parametrize(
    ("files", "needed"),
    [
        ({"lib/minfeatures.nix": FEATURES % (REPORTS, "false")}, "needs Nix 99.18 or later, but"),
        ({"lib/minfeatures.nix": FEATURES % ('"time travel"', "false")}, "needs a Nix with time"),
        ({"lib/minfeatures.nix": FEATURES % (REPORTS, "true")}, ""),
        ({"lib/minver.nix": '# Comment\n"99.2.1"\n'}, "needs Nix 99.2.1 or later, but this is 2."),
        ({"lib/minver.nix": '"2.3.17"'}, ""),
        ({}, ""),
        ({"lib/minfeatures.nix": "{ missing = 7; }"}, ""),
        ({"lib/minfeatures.nix": "{ missing = ["}, ""),
        # If the newer file exists, the older one is ignored.
        ({"lib/minfeatures.nix": FEATURES % (REPORTS, "true"), "lib/minver.nix": '"99"'}, ""),
    ],
)
def test_an_unmet_requirement_of_the_package_set_is_an_error(
    empty_nix: Nix, tmp_path: Path, files: dict[str, str], needed: str
) -> None:
    assert empty_nix
    tree = tmp_path / "a set"
    write(tree, {**files, "default.nix": SET})
    if not needed:
        requirements.check(tree)
        return
    with pytest.raises(StepFailedError) as caught:
        requirements.check(tree)
    assert caught.value.what.startswith(f"the package set {needed}")
    assert "voidgen doctor" in caught.value.remedy


@pytest.mark.parametrize(
    "code",
    [
        'builtins.readFile "{secret}"',
        'builtins.readFile (builtins.fetchurl "file://{secret}")',
        'builtins.readFile (builtins.fetchTarball "file://{secret}")',
        'builtins.getEnv "HOME"',
    ],
)
def test_reading_requirements_gives_the_set_access_to_its_own_folder_only(
    empty_nix: Nix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    assert empty_nix
    monkeypatch.setenv("HOME", "/hunter2")
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    described = FEATURES % (code.format(secret=secret), "false")
    tree = tmp_path / "set"
    write(tree, {"lib/minfeatures.nix": described})
    done = process.run(requirements.question(tree), cwd=Path("/"), check=False)
    assert b"hunter2" not in done.stdout


@pytest.fixture
def project(empty_nix: Nix, repository: Path) -> Path:
    """A project whose package set needs a version of Nix that does not exist."""
    assert empty_nix
    text = '[image]\nname = "x"\n[nix]\nnixpkgs = "./set"\npackages = ["hello"]\n'
    needed = FEATURES % (REPORTS, "false")
    files = {"voidgen.toml": text, "set/default.nix": SET, "set/lib/minfeatures.nix": needed}
    write(repository, files)
    subprocess.run(["git", "add", "--all"], cwd=repository, check=True)
    assert voidgen("generate", cwd=repository).status == 0
    return repository


def test_each_command_reports_that_nix_is_too_old(project: Path, empty_nix: Nix) -> None:
    words = "the package set needs Nix 99.18 or later, but this is 2."
    said = empty_nix.fail("nix", "build", "--no-link", f"path:{project}")
    assert f"voidgen: {words}" in said
    assert "voidgen doctor" in said
    for command in (["lock"], ["diff", ".", "."], ["show", "--sizes"], ["add", "nix", "jq"]):
        ran = voidgen(*command, cwd=project)
        assert ran.status == 1
        assert words in ran.err
    (found,) = package_set.check(Host(), project, config.load(project))
    assert found.state == "failed"
    assert found.about.startswith("needs Nix 99.18 or later")
    assert found.detail
