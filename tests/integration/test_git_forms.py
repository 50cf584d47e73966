"""A project builds the same image in each form in which git passes it on."""

import json
import re
from pathlib import Path

import pytest
from tests.integration import forms
from tests.integration.conftest import chosen
from tests.integration.offline import Nix
from tests.support.program import voidgen


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return forms.make(tmp_path_factory.mktemp("forms") / "project")


@pytest.fixture(scope="module")
def built(nix: Nix, project: Path) -> Path:
    """The image of the uncommitted tree."""
    return nix.build(project)


def test_the_image_has_the_same_bytes_as_the_sources(built: Path) -> None:
    skel = built / "include/etc/skel"
    assert {name: (skel / name).read_bytes() for name in forms.IMAGE} == forms.IMAGE


def test_no_emitted_file_has_a_name_that_git_reads(project: Path) -> None:
    names = [path.name for path in (project / "image/include").rglob("*")]
    assert "@.gitattributes" in names
    assert "@@.gitattributes" in names
    assert not [name for name in names if re.match(r"\.git", name, re.IGNORECASE)]


@pytest.mark.parametrize("form", forms.FORMS)
def test_each_form_builds_the_same_image(
    nix: Nix, project: Path, built: Path, form: str, tmp_path: Path
) -> None:
    folder = forms.FORMS[form](project, tmp_path / "there")
    if form != "archive":
        ran = voidgen("generate", "--check", cwd=folder)
        assert (ran.status, ran.err) == (0, ""), ran.out
        assert nix.build(folder) == built
    else:
        said = nix.run("nix", "build", "--no-link", "--json", f"path:{folder}#default")
        assert f'"{built}"' in said


@pytest.mark.parametrize("form", ["archive in git", "subdirectory, cloned with autocrlf"])
def test_check_passes_in_each_form(
    nix_env: dict[str, str], project: Path, tmp_path: Path, form: str
) -> None:
    folder = forms.FORMS[form](project, tmp_path / "there")
    with chosen(nix_env):
        ran = voidgen("--quiet", "check", "--json", cwd=folder)
    checks = json.loads(ran.out)["checks"]
    bad = [one for one in checks if one["state"] not in {"passed", "skipped"}]
    assert (ran.status, bad) == (0, [])
    names = [one["name"] for one in checks]
    assert "git keeps the files as they are" in names
    assert "rebuild include-files" in names
