"""Lock, update, evaluate and build a flake with the real Nix."""

import json
import shutil
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from tests.integration.flake_project import FlakeProject, flipped
from tests.integration.offline import SYSTEM

from voidgen.errors import StepFailedError
from voidgen.nix import evaluation, flakes, installed
from voidgen.progress import NoProgress

UNLOCKED = "requires lock file changes but they're not allowed due to '--no-update-lock-file'"


def test_version_is_that_of_nix_instantiate(chosen_nix: dict[str, str]) -> None:
    said = subprocess.check_output(
        ["nix-instantiate", "--eval", "--json", "--expr", "builtins.nixVersion"], env=chosen_nix
    )
    assert installed.version() == tuple(map(int, json.loads(said).split(".")[:2]))
    assert installed.version() >= (2, 8)


def test_lock_pins_every_input(locked_flake: FlakeProject) -> None:
    assert {name: locked_flake.rev(name) for name in "ab"} == locked_flake.revs


def test_lock_adds_a_missing_input_and_keeps_the_others(locked_flake: FlakeProject) -> None:
    before = locked_flake.locked("b")
    locked_flake.forget("a")
    new = {
        name: one.commit({"new": ""})
        for name, one in (("a", locked_flake.a), ("b", locked_flake.b))
    }
    flakes.lock(locked_flake.folder)
    assert locked_flake.rev("a") == new["a"]
    assert locked_flake.locked("b") == before


def test_lock_updates_nothing(locked_flake: FlakeProject) -> None:
    before = locked_flake.lock.read_bytes()
    locked_flake.a.commit({"words": "second"})
    locked_flake.b.commit({"words": "second"})
    flakes.lock(locked_flake.folder)
    assert locked_flake.lock.read_bytes() == before


def test_lock_fails_if_a_repository_is_missing(flake_project: FlakeProject) -> None:
    shutil.rmtree(flake_project.b.folder)
    with pytest.raises(StepFailedError) as caught:
        flakes.lock(flake_project.folder)
    assert caught.value.what.startswith("nix flake lock: failed")
    assert str(flake_project.b.folder) in caught.value.output
    assert not flake_project.lock.exists()


@pytest.mark.parametrize(("moving", "kept"), [("a", "b"), ("b", "a")])
def test_update_updates_only_the_named_input(
    locked_flake: FlakeProject, moving: str, kept: str
) -> None:
    before = locked_flake.locked(kept)
    new = {
        "a": locked_flake.a.commit({"words": "second"}),
        "b": locked_flake.b.commit({"words": "second"}),
    }
    flakes.update(locked_flake.folder, [moving])
    assert locked_flake.rev(moving) == new[moving]
    assert locked_flake.locked(kept) == before


def test_update_updates_all_named_inputs(locked_flake: FlakeProject) -> None:
    new = {
        "a": locked_flake.a.commit({"words": "second"}),
        "b": locked_flake.b.commit({"words": "second"}),
    }
    flakes.update(locked_flake.folder, ["a", "b"])
    assert {name: locked_flake.rev(name) for name in "ab"} == new


def test_update_without_newer_commits_changes_nothing(locked_flake: FlakeProject) -> None:
    before = locked_flake.lock.read_bytes()
    flakes.update(locked_flake.folder, ["a", "b"])
    assert locked_flake.lock.read_bytes() == before


def test_update_adds_a_missing_input(locked_flake: FlakeProject) -> None:
    locked_flake.forget("b")
    new = locked_flake.a.commit({"words": "second"})
    flakes.update(locked_flake.folder, ["a"])
    assert {name: locked_flake.rev(name) for name in "ab"} == locked_flake.revs | {"a": new}


def test_evaluation_uses_the_locked_inputs(locked_flake: FlakeProject) -> None:
    before = locked_flake.lock.read_bytes()
    locked_flake.a.commit({"words": "second of a"})
    words = evaluation.evaluate(locked_flake.folder, "words", dict[str, str])
    assert words == {"a": "first of a", "b": "first of b"}
    assert evaluation.evaluate(locked_flake.folder, "words.b", str) == "first of b"
    names = evaluation.evaluate(
        locked_flake.folder, "words", tuple[str, ...], apply="builtins.attrNames"
    )
    assert names == ("a", "b")
    assert locked_flake.lock.read_bytes() == before


def test_a_flake_does_not_change_the_settings_of_nix(
    chosen_nix: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without pure evaluation, someone else's flake could read the user's files."""
    monkeypatch.setenv("NIX_CONFIG", f"{chosen_nix['NIX_CONFIG']}\naccept-flake-config = true\n")
    flake = '{ nixConfig.pure-eval = false; outputs = _: { home = builtins.getEnv "HOME"; }; }'
    (tmp_path / "flake.nix").write_text(flake)
    assert evaluation.evaluate(tmp_path, "home", str) == ""


def test_a_failed_evaluation_shows_nixs_error(locked_flake: FlakeProject) -> None:
    with pytest.raises(StepFailedError) as caught:
        evaluation.evaluate(
            locked_flake.folder, "words", str, apply='_: throw "the words of the flake"'
        )
    assert caught.value.what.startswith("nix eval --json: failed")
    assert "the words of the flake" in caught.value.output


def test_build_returns_the_output_of_the_locked_inputs(locked_flake: FlakeProject) -> None:
    before = locked_flake.lock.read_bytes()
    locked_flake.a.commit({"words": "second of a"})
    assert (
        flakes.build(locked_flake.folder, "echo", NoProgress()).read_text()
        == "built of first of a\n"
    )
    assert locked_flake.lock.read_bytes() == before


FAILING = """{ outputs = { self }: { packages.%s = let
  built = name: needs: command: derivation {
    inherit name needs; system = "%s"; builder = "${self}/busybox"; args = [ "sh" "-c" command ];
  };
  count = "i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo \\"line $i of error: $name\\"; done";
in rec {
  low = built "low" [ ] "${count}; exit 3";
  fine = built "fine" [ ] "${count}; echo > $out";
  middle = built "middle" [ low fine ] "echo > $out";
  top = built "top" [ middle ] "echo > $out";
}; }; }
"""


class RecordedProgress(NoProgress):
    """Records the stages that are reported."""

    def __init__(self) -> None:
        self.reached: list[tuple[int, int, str]] = []

    def stages(self, _: str) -> AbstractContextManager[Callable[[int, int, str], None]]:
        return nullcontext(lambda *reached: self.reached.append(reached))


def test_a_failed_build_shows_the_derivation_and_the_end_of_its_log(
    flake_project: FlakeProject,
) -> None:
    # The fixture has put busybox next to it.
    (flake_project.folder / "flake.nix").write_text(FAILING % (SYSTEM, SYSTEM))
    progress = RecordedProgress()
    with pytest.raises(StepFailedError) as caught:
        flakes.build(flake_project.folder, "top", progress)
    lines = caught.value.output.splitlines()
    assert lines[0].startswith("error: ")
    assert "-low.drv" in lines[0]
    assert lines[-1] == "       > line 40 of error: low"
    assert "       > line 1 of error: low" not in lines
    # Derivations that depend on it, or that were built, are not shown.
    assert not [line for line in lines if "middle" in line or "top" in line or "fine" in line]
    assert progress.reached
    for stage, count, what in progress.reached:
        assert 1 <= stage <= count
        assert what in {"building low", "building fine"}


VERBS: dict[str, Callable[[Path], object]] = {
    "evaluate": lambda flake: evaluation.evaluate(flake, "words", str),
    "build": lambda flake: flakes.build(flake, "echo", NoProgress()),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("lacking", ["an input", "all"])
def test_evaluate_and_build_do_not_write_flake_lock(
    locked_flake: FlakeProject, verb: str, lacking: str
) -> None:
    if lacking == "all":
        locked_flake.lock.unlink()
    else:
        locked_flake.forget("b")
    before = {file.name: file.read_bytes() for file in locked_flake.folder.iterdir()}
    with pytest.raises(StepFailedError) as caught:
        VERBS[verb](locked_flake.folder)
    assert UNLOCKED in caught.value.output
    assert {file.name: file.read_bytes() for file in locked_flake.folder.iterdir()} == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_wrong_hash_in_flake_lock_fails(
    locked_flake: FlakeProject, verb: str, use_empty_store: Callable[[], None]
) -> None:
    right = locked_flake.locked("a")["narHash"]
    before = locked_flake.lock.read_text().replace(right, flipped(right, 20))
    locked_flake.lock.write_text(before)
    use_empty_store()
    with pytest.raises(StepFailedError) as caught:
        VERBS[verb](locked_flake.folder)
    assert flipped(right, 20) in caught.value.output
    assert right in caught.value.output
    assert locked_flake.lock.read_text() == before
