"""What `voidgen lock` writes and reports; tests/locks has what it finds."""

from pathlib import Path

import pytest
from attrs import evolve
from tests.support.lock import lock, package
from tests.support.program import write

from voidgen import project as projects
from voidgen.lock import run, state, update, voidgen_lock
from voidgen.lock.run import Request
from voidgen.lock.state import Outcome
from voidgen.progress import NoProgress
from voidgen.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    write(tmp_path, {"voidgen.toml": '[image]\nname = "x"\n'})
    return projects.load(tmp_path)


def test_what_changed_is_written(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state.read(project)
    after = evolve(before, lock=lock([package("bash-5.2_1")]))
    moved = []

    def pin(_: Project, moving: frozenset[str], __: object, *, evaluate: bool) -> Outcome:
        moved.append((moving, evaluate))
        return Outcome(before, after)

    monkeypatch.setattr(update, "pin", pin)
    result = run.run(Request(project, frozenset({"xbps"}), evaluate=False), NoProgress())
    assert moved == [(frozenset({"xbps"}), False)]
    assert result.written == ("voidgen.lock",)
    assert voidgen_lock.read(project.folder) == after.lock
    assert run.run(Request(project), NoProgress()).written == ()


def test_check(project: Project) -> None:
    missing = run.check(project)
    assert any("nixpkgs" in line for line in missing.lines)
    assert missing.remedy == state.LOCK
    assert not (project.folder / "voidgen.lock").exists()
