"""Commands read mutated manifests and snapshots without a traceback."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.mutations import as_json, few
from tests.support.closures import manifest
from tests.support.documents import STORE, iso_data, plan, xbps
from tests.support.program import voidgen
from tests.unit.cli.test_commands import MANIFEST

from voidgen.image import snapshot_file
from voidgen.image.snapshot import Snapshot
from voidgen.nix.closure import StorePath

ROOT = Path(__file__).parents[2]
PLAN = json.loads((ROOT / "tests/golden/emitted/image/manifest.json").read_bytes())
BUILT: dict[str, Any] = manifest(30) | {"plan": PLAN, "collisions": MANIFEST["collisions"]}
COMMANDS = (
    ["show", "--built"],
    ["show", "--sizes", "--built"],
    ["graph", "closure", "--format", "dot"],
    ["graph", "closure", "--format", "json", "--depth", "1"],
    ["why", "glibc"],
    ["diff", "result", "result"],
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "voidgen.toml").write_text('[image]\nname = "x"\n')
    (folder / "result/include").mkdir(parents=True)
    (folder / "result/profile").mkdir()
    return folder


def check_run(folder: Path, *words: str) -> None:
    """Assert that the command succeeds or shows a fault, without control characters."""
    ran = voidgen(*words, cwd=folder)
    assert ran.status in {0, 2}, ran.err
    assert "internal error" not in ran.err
    steering = {sign for sign in ran.err + ran.out if not sign.isprintable()} - {"\n", "\t"}
    assert not steering or "json" in words or "dot" in words


@few(12)
@given(data=as_json(BUILT), words=st.sampled_from(COMMANDS))
def test_a_mutated_manifest_gives_a_result_or_a_fault(
    data: bytes, words: list[str], project: Path
) -> None:
    (project / "result/manifest.json").write_bytes(data)
    check_run(project, *words)


def test_a_manifest_that_is_a_fifo_is_refused(project: Path) -> None:
    (project / "result/manifest.json").unlink(missing_ok=True)
    os.mkfifo(project / "result/manifest.json")
    try:
        for words in COMMANDS:
            ran = voidgen(*words, cwd=project)
            assert (ran.status, ran.out) == (2, "")
            assert "not a regular file" in ran.err
    finally:
        (project / "result/manifest.json").unlink()


def test_the_unchanged_sample_is_accepted(project: Path) -> None:
    (project / "result/manifest.json").write_text(json.dumps(BUILT))
    for words in COMMANDS:
        ran = voidgen(*words, cwd=project)
        assert ran.status == 0, (words, ran.err)


@pytest.mark.parametrize("size", [-1, 1.5, True, None, "1"])
def test_a_wrong_size_is_refused(size: object, project: Path) -> None:
    paths = [{**one, "narSize": size} for one in BUILT["closure"]["paths"]]
    closure = BUILT["closure"] | {"paths": paths}
    (project / "result/manifest.json").write_text(json.dumps(BUILT | {"closure": closure}))
    for words in COMMANDS:
        ran = voidgen(*words, cwd=project)
        assert (ran.status, ran.out) == (2, ""), (words, ran.err)
        assert "manifest" in ran.err


RELEASED = iso_data(BUILT, xbps=[xbps("htop-3_1", 5)])
SAVED = json.loads(
    snapshot_file.dump(Snapshot("x", plan(), {}, "", {}, {}, {f"{STORE}a": StorePath(1, ())}, None))
)


@few(12)
@given(data=st.one_of(as_json(RELEASED), as_json(SAVED)))
def test_diff_of_a_mutated_snapshot_gives_a_result_or_a_fault(data: bytes, project: Path) -> None:
    (project / "one.json").write_text(json.dumps(RELEASED))
    (project / "other.json").write_bytes(data)
    check_run(project, "diff", "one.json", "other.json")


def test_diff_of_the_unchanged_samples_succeeds(project: Path) -> None:
    for name, sample in (("one", RELEASED), ("other", SAVED)):
        (project / f"{name}.json").write_text(json.dumps(sample))
    ran = voidgen("diff", "one.json", "other.json", cwd=project)
    assert ran.status == 0, ran.err


def test_diff_of_an_incomplete_build_gives_a_result_or_a_fault(project: Path) -> None:
    shutil.rmtree(project / "result/include")
    check_run(project, "diff", "result", "result")
