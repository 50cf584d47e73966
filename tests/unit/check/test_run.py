from pathlib import Path

import pytest
from tests.support.program import voidgen, write

from voidgen import project
from voidgen.check import run, sources
from voidgen.errors import StepFailedError
from voidgen.nix import flakes
from voidgen.outcome.types import Outcome
from voidgen.progress import NoProgress


@pytest.fixture
def request_of(repository: Path) -> run.Request:
    write(repository, {"voidgen.toml": '[image]\nname = "test"\n'})
    assert voidgen("generate", cwd=repository).status == 0
    return run.Request(project.load(repository), iso=True)


@pytest.mark.parametrize(("locked", "fetched"), [("failed", "skipped"), ("passed", "failed")])
def test_nothing_is_built_if_an_input_is_not_locked(
    request_of: run.Request, locked: str, fetched: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, state in (("locked", locked), ("fetched", fetched), ("generated", "passed")):
        outcome = Outcome(name, state)  # type: ignore[arg-type]
        monkeypatch.setattr(sources, name, lambda _, outcome=outcome: outcome)
    found = run.run(request_of, NoProgress())
    assert [one.name for one in found[2:]] == ["locked", "fetched", "generated"]


def test_an_image_that_does_not_build_is_a_failed_check(
    request_of: run.Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> Path:
        raise StepFailedError("nix build: failed", "start the daemon", "why")

    monkeypatch.setattr(flakes, "build", fails)
    (outcome,) = run.built(request_of, NoProgress())
    assert outcome == Outcome(
        "the image builds", "failed", "nix build: failed", "why\nstart the daemon"
    )
