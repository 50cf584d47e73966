"""`voidgen iso` that is killed, or whose write fails, at points from the first to the last."""

import os
import shutil
import signal
from pathlib import Path

import pytest
from attrs import frozen
from tests.iso.making import Made, settle
from tests.iso.podman import Podman
from tests.iso.running import is_made, nothing_left, well
from tests.locks.project import clone
from tests.property import killing, running
from tests.support.program import voidgen

TRIED = int(os.environ.get("VOIDGEN_TOUCHES", "12"))
"""Of some hundred touches, evenly; each takes two runs, which are seconds."""


@frozen
class Iso:
    """`voidgen iso` in its own process, with this one's environment."""

    env: dict[str, str]

    def __call__(self, folder: Path) -> running.Ran:
        os.environ.clear()
        os.environ.update(self.env)
        ran = voidgen("iso", "-q", cwd=folder)
        return running.Ran(ran.status, ran.out, ran.err)


@pytest.mark.slow
@pytest.mark.parametrize("act", [killing.die, killing.full, killing.broken, killing.denied])
def test_no_iso_or_a_whole_one_is_left(
    act: killing.Act,
    made: Made,
    engine: Podman,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settle(monkeypatch, made.env)
    run = Iso(dict(os.environ))
    folder = clone(made.project, tmp_path / "project")
    status, said, touches = killing.attempt(folder, 0, None, run)
    assert (status, said) == (0, "")
    assert is_made(folder)
    assert touches > 12
    tried = min(TRIED, touches)
    for index in range(tried):
        # No file of the earlier run is reused.
        shutil.rmtree(folder / "out")
        start = 1 + index * (touches - 1) // (tried - 1)
        status, said, _ = killing.attempt(folder, start, act, run)
        assert "internal error" not in said
        if act is killing.die:
            assert status in {0, -signal.SIGKILL}
        else:
            assert status in {0, 1}, said
            assert engine.left(folder) == []
            # The manifest is the last file to be written.
            assert is_made(folder) or not (folder / "out/tests.manifest.json").exists()
        # The next run removes what was left, and builds the ISO.
        well(folder)
        assert is_made(folder)
        nothing_left(folder, engine, made=True)
