"""`voidgen iso` a second time does only what has changed."""

import json
import os
import shutil
from pathlib import Path

import pytest
from tests.iso.making import Made, settle
from tests.iso.podman import Podman
from tests.iso.project import change
from tests.iso.running import nothing_left, well
from tests.locks.project import clone
from tests.support.program import voidgen
from tests.support.steps import Steps


@pytest.fixture(scope="module")
def template(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = clone(made.project, tmp_path_factory.mktemp("again") / "project")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, made.env)
        steps = Steps(patch)
        well(folder)
    assert steps.silent == []
    return folder


@pytest.fixture
def again(folder: Path, template: Path) -> Path:
    """A project whose ISO exists."""
    return clone(template, folder.with_name("again"), made=True)


def test_a_current_iso_starts_neither_nix_nor_an_engine(
    again: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs, starts = tmp_path / "programs", tmp_path / "starts"
    programs.mkdir()
    git = programs / "git"
    git.write_text(f'#!/bin/sh\necho "$*" >> {starts}\nexec {shutil.which("git")} "$@"\n')
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    ran = voidgen("iso", cwd=again)
    assert ran.status == 0, ran.err
    assert ran.err == "hashing tests.iso ...\n"
    assert ran.out.startswith(f"{again / 'out' / 'tests.iso'}  ")
    assert ran.out.endswith("  (nothing to do: the ISO is current)\n")
    # git lists the files of a package set in a folder, and finds the project's origin.
    verbs = {line.removeprefix("--no-optional-locks ").split()[0]
             for line in starts.read_text().splitlines()}  # fmt: skip
    assert verbs == {"ls-files", "rev-parse", "symbolic-ref", "config", "remote", "status"}
    assert voidgen("--quiet", "iso", cwd=again).out == ""


def test_change_of_the_overlay_fetches_and_builds_no_package(
    again: Path, made: Made, engine: Podman
) -> None:
    store, packages = Path(os.environ["NIX_STORE_DIR"]), made.project.with_name("repository")
    before = {path.name for path in store.iterdir()}
    aside = packages.rename(packages.with_name("aside"))
    try:
        change(again, "of the overlay", "of another", "overlay-src/tests/files/etc/motd")
        said = well(again)
    finally:
        aside.rename(packages)
    assert "] fetching" not in said
    assert "reused: the closure, 9 store paths\n" in said
    assert "reused: 11 packages of Void\n" in said
    assert "tests.iso  " in said
    manifest = json.loads((again / "out" / "tests.manifest.json").read_bytes())
    closure = {entry["path"].partition("-")[2] for entry in manifest["nix"]["closure"]["paths"]}
    assert not closure & {path.name.partition("-")[2] for path in [*store.iterdir()]
                          if path.name not in before}  # fmt: skip
    nothing_left(again, engine, made=True)
