"""`voidgen check --record` writes the ISO's hash into voidgen.lock; `check` compares with it."""

import json
import shutil
from pathlib import Path

import pytest
from tests.integration.conftest import once
from tests.iso.making import Made, settle
from tests.iso.project import change, commit
from tests.iso.running import well
from tests.locks.project import clone, lock_of
from tests.locks.project import well as voidgen_well
from tests.support.program import voidgen

from voidgen.system import sri

NAME = "the ISO matches voidgen.lock"


@pytest.fixture(scope="module")
def template(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose ISO is built and recorded."""
    folder = clone(made.project, tmp_path_factory.mktemp("recorded") / "project")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, made.env)
        assert check(folder, "--record")["the ISO's hash is recorded"][0] == "skipped"
        well(folder)
        hash_ = sri.of_file(folder / "out/tests.iso")
        assert check(folder)[NAME][0] == "skipped"
        assert check(folder, "--record")["the ISO's hash is recorded"] == ("passed", hash_)
        commit(folder)
        assert lock_of(folder)["iso"]["hash"] == hash_
        # The record does not change the ISO.
        assert "nothing to do" in well(folder)
    return folder


@pytest.fixture
def recorded(folder: Path, template: Path) -> Path:
    return clone(template, folder.with_name("recorded"), made=True)


def check(folder: Path, *words: str, status: int = 0) -> dict[str, tuple[str, str]]:
    with pytest.MonkeyPatch.context() as patch:
        once(patch)
        ran = voidgen("--quiet", "check", "--json", *words, cwd=folder)
    assert ran.status == status, ran
    return {one["name"]: (one["state"], one["about"]) for one in json.loads(ran.out)["checks"]}


def test_check_passes_for_the_recorded_iso(recorded: Path) -> None:
    hash_ = lock_of(recorded)["iso"]["hash"]
    assert check(recorded)[NAME] == ("passed", hash_)
    for command in ("lock", "generate"):
        voidgen_well(recorded, command)
    assert lock_of(recorded)["iso"]["hash"] == hash_


def test_check_passes_for_a_copy_of_the_recorded_iso(recorded: Path) -> None:
    """As of an ISO that `nix build` made, or another machine."""
    out = recorded / "out"
    shutil.rmtree(out / ".work")
    hash_ = lock_of(recorded)["iso"]["hash"]
    assert check(recorded)[NAME] == ("passed", hash_)
    for file in out.glob("tests.*"):
        if file.suffix != ".iso":
            file.unlink()
    assert check(recorded)[NAME] == ("passed", hash_)
    with (out / "tests.iso").open("ab") as stream:
        stream.write(b"x")
    state, about = check(recorded)[NAME]
    assert state == "skipped"
    assert about.startswith("out/tests.iso was not built here from the current inputs: ")


def test_check_fails_for_other_bytes_of_the_same_inputs(recorded: Path) -> None:
    """An ISO that another machine might build, whose files agree with each other."""
    out = recorded / "out"
    iso = out / "tests.iso"
    before = sri.of_file(iso)
    with iso.open("ab") as stream:
        stream.write(b"x")
    assert check(recorded, status=1)[NAME] == ("failed", "run `voidgen iso`")
    after = sri.of_file(iso)
    sums = out / "tests.iso.sha256"
    for file in (out / "tests.manifest.json", sums):
        old = sri.of_file(file)
        text = file.read_text().replace(before, after)
        text = text.replace(sri.hex_of(before), sri.hex_of(after))
        file.write_text(text)
        if file != sums:
            listed = sums.read_text().replace(sri.hex_of(old), sri.hex_of(sri.of_file(file)))
            sums.write_text(listed)
    # voidgen did not write this ISO here.
    assert check(recorded)[NAME][0] == "skipped"
    made = out / ".work/tests.inputs.json"
    made.write_text(made.read_text().replace(before, after))
    found = check(recorded, status=1)[NAME]
    assert found == ("failed", "the same inputs gave other bytes")


def test_check_skips_the_comparison_for_other_inputs(recorded: Path) -> None:
    change(recorded, "of the overlay", "of another", "overlay-src/tests/files/etc/motd")
    state, about = check(recorded)[NAME]
    assert state == "skipped"
    assert "with other inputs" in about


def test_check_skips_the_comparison_without_an_iso(recorded: Path) -> None:
    (recorded / "out/tests.iso").unlink()
    assert check(recorded, status=1)[NAME][0] == "failed"
    for file in (recorded / "out").glob("tests.*"):
        file.unlink()
    assert check(recorded)[NAME] == (
        "skipped", "out/tests.iso does not exist: run `voidgen iso` first, or add --iso",
    )  # fmt: skip


@pytest.mark.slow
def test_check_records_the_iso_that_it_builds(folder: Path) -> None:
    found = check(folder, "--iso", "--record")
    assert found["the ISO's hash is recorded"] == ("passed", found["two ISOs are identical"][1])
    assert lock_of(folder)["iso"]["hash"] == found["two ISOs are identical"][1]
    assert not (folder / "out/tests.iso").exists()
