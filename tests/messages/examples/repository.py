"""What git would do to a project's files."""

from pathlib import Path

import pytest
from tests.support.program import Ran, voidgen

from voidgen import project
from voidgen.errors import WrongInputError
from voidgen.repository import finding, survey
from voidgen.system import git


def project_left_out(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    return voidgen("--quiet", "generate", cwd=folder / "sub")


def ignores_outside(folder: Path, _: pytest.MonkeyPatch) -> None:
    git.ignored(folder, ["../x"])


def not_added_yet(folder: Path, _: pytest.MonkeyPatch) -> None:
    assert voidgen("--quiet", "generate", cwd=folder).status == 0
    found = survey.sources(project.load(folder))
    raise WrongInputError(*finding.faults(found, "new"))
