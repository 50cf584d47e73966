"""The files beside the ISO, and what the next ISO shares with it."""

import hashlib
import json
from pathlib import Path

import pytest
from tests.support import documents

from voidgen import __version__
from voidgen.image.build_json import read
from voidgen.iso import earlier, outputs
from voidgen.lock.lock_json import LockedParts

PATHS = [{"path": f"{documents.STORE}b", "references": [f"{documents.STORE}b"]}]
BUILT = documents.built(paths=PATHS)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    build = read(json.dumps(documents.built_data(paths=PATHS)).encode())
    (tmp_path / "it.iso").write_bytes(b"iso")
    outputs.write(tmp_path / "it.iso", "it", build, LockedParts("flake", []))
    return tmp_path


def test_the_sums_cover_all_files(out: Path) -> None:
    files = [out / f"it.{kind}" for kind in outputs.SUMMED]
    sums = [f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in files]
    assert (out / "it.iso.sha256").read_text() == "".join(sums)
    assert {one.name for one in out.iterdir()} == {f"it.{kind}" for kind in outputs.KINDS}


def test_the_manifest_names_the_iso(out: Path) -> None:
    manifest = json.loads((out / "it.manifest.json").read_bytes())
    assert (manifest["iso"]["name"], manifest["iso"]["size"]) == ("it.iso", 3)
    assert manifest["voidgen"] == __version__
    assert "inputs" not in manifest


def test_what_the_next_iso_shares_is_named(out: Path) -> None:
    assert list(earlier.shared(out, "it", BUILT, ())) == [
        "reused: the closure, 1 store paths", "reused: 0 packages of Void",
    ]  # fmt: skip
    assert list(earlier.shared(out, "it", documents.built(), ())) == ["reused: 0 packages of Void"]
    assert list(earlier.shared(out, "other", BUILT, ())) == []
