"""The outcome of building a derivation again, with a stand-in for Nix."""

from pathlib import Path

import pytest
from tests.support.stand_in import StandIns

from voidgen.check import rebuilt
from voidgen.nix.caches import Caches
from voidgen.progress import NoProgress

CACHES = Caches(("https://cache.example.org",), ("cache.example.org-1:a2V5",))
DRV = f"/nix/store/{'1' * 32}-x-1.drv"


@pytest.mark.parametrize(
    ("answers", "state", "about"),
    [
        ([(0, "", ""), (0, "", "")], "passed", "identical"),
        ([(100, "", "builder failed")], "failed", "the first build fails"),
        ([(0, "", ""), (100, "", "builder failed")], "failed", "the second build fails"),
        ([(0, "", ""), (104, "", "may not be deterministic")], "failed", "different"),
        # Some releases end with another status.
        ([(0, "", ""), (1, "", "output '/s/x' differs from '/s/x.check'")], "failed", "different"),
        # The quotes of 2.34.
        ([(0, "", ""), (1, "", 'output "/s/x" differs from "/s/y"')], "failed", "different"),
    ],
)
def test_nixs_answers_give_outcomes(
    answers: list[tuple[int, str, str]],
    state: str,
    about: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    programs = StandIns(tmp_path / "programs")
    programs.add("nix-store", *answers)
    monkeypatch.setenv("PATH", f"{programs.folder}:/usr/bin:/bin")
    (found,) = rebuilt.check([DRV], NoProgress(), CACHES)
    assert all(start[-6:] == CACHES.options() for start in programs.starts("nix-store"))
    assert (found.name, found.state, found.about) == ("rebuild x-1", state, about)
    assert state == "passed" or found.detail
