"""Each release of Nix sees the same project in each form in which git passes it on.

tests/integration covers building and generating in each form.
"""

from pathlib import Path

import pytest
from tests.integration import forms
from tests.integration.offline import SYSTEM, Nix
from tests.nix_versions.releases import MACHINE, Releases

pytestmark = pytest.mark.nix_versions


@pytest.fixture(scope="module")
def project(roots: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert roots
    return forms.make(tmp_path_factory.mktemp("forms") / "project")


@pytest.fixture(scope="module")
def expected(releases: Releases, project: Path) -> str:
    """The store path of the uncommitted tree's image, by the machine's Nix."""
    with releases.use(MACHINE) as nix:
        return path(nix, f"{project}#default")


def path(nix: Nix, output: str) -> str:
    place, _, name = output.partition("#")
    return nix.run("nix", "eval", "--raw", f"{place}#packages.{SYSTEM}.{name}.outPath")


def test_the_uncommitted_tree_has_the_same_store_path(
    nix: Nix, project: Path, expected: str
) -> None:
    assert path(nix, f"{project}#default") == expected


@pytest.mark.parametrize("form", forms.FORMS)
def test_each_form_has_the_same_store_path(
    nix: Nix, project: Path, expected: str, form: str, tmp_path: Path
) -> None:
    folder = forms.FORMS[form](project, tmp_path / "there")
    scheme = "path:" if form == "archive" else ""
    assert path(nix, f"{scheme}{folder}#default") == expected
