"""Which project `voidgen doctor` checks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from voidgen.doctor import check, run
from voidgen.doctor.host import Host
from voidgen.errors import WrongInputError
from voidgen.outcome.types import Outcome


@pytest.fixture(autouse=True)
def checked(monkeypatch: pytest.MonkeyPatch) -> list[Path | None]:
    found: list[Path | None] = []

    def note(_: Host, folder: Path | None) -> Iterator[Outcome]:
        found.append(folder)
        yield Outcome("it", "passed")

    monkeypatch.setattr(check, "check", note)
    return found


def test_project_above(checked: list[Path | None], tmp_path: Path) -> None:
    (tmp_path / "voidgen.toml").touch()
    (tmp_path / "out").mkdir()
    assert run.run(tmp_path / "out").outcomes == (Outcome("it", "passed"),)
    assert checked == [tmp_path]


def test_without_a_project(checked: list[Path | None], tmp_path: Path) -> None:
    run.run(tmp_path)
    assert checked == [None]


def test_no_such_folder(checked: list[Path | None], tmp_path: Path) -> None:
    with pytest.raises(WrongInputError, match="no such folder"):
        run.run(tmp_path / "missing")
    assert checked == []
