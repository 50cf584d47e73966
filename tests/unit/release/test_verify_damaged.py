"""`voidgen verify` of a damaged ISO shows a row for each check."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.mutations import damaged, few
from tests.support import documents
from tests.support.program import voidgen
from tests.unit.image.test_of_iso import iso as make_iso

from voidgen.image import snapshot_file
from voidgen.image.snapshot import Snapshot
from voidgen.iso import outputs
from voidgen.system import sha256sums, sri

TOLD = snapshot_file.dump(Snapshot("x", documents.plan(), {}, "flake", {}, {}, {}, None))
ISO = bytes(make_iso(("voidgen.json", TOLD)))
FACTS = {"name": "x.iso", "hash": sri.of_bytes(ISO), "size": len(ISO)}
MANIFEST = json.dumps(documents.iso_data(documents.built_data(), iso=FACTS)).encode()
BILL = json.dumps({"components": [], "metadata": {"component": {"hashes": []}}}).encode()
FILES = {"iso": ISO, "cdx.json": BILL, "manifest.json": MANIFEST}
SUMS = sha256sums.dump({f"x.{kind}": sri.of_bytes(FILES[kind]) for kind in outputs.SUMMED})
ALL = {**FILES, "iso.sha256": SUMS, "iso.sha256.sig": b"no signature\n"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


def verified(folder: Path, files: dict[str, bytes]) -> dict[str, str]:
    for kind, data in files.items():
        (folder / f"x.{kind}").write_bytes(data)
    ran = voidgen("verify", "x.iso", "--json", cwd=folder)
    assert ran.status in {0, 1}, ran.err
    assert ran.err in {"hashing x.iso ...\nreading the root tree ...\n", "hashing x.iso ...\n"}
    found = json.loads(ran.out)["checks"]
    assert [one["name"] for one in found[:1]] in (["sum of x.iso"], ["sums"])
    return {one["name"]: one["state"] for one in found}


def test_the_undamaged_sample_passes(folder: Path) -> None:
    found = verified(folder, ALL)
    assert found["sum of x.iso"] == "passed"
    assert found["the manifest belongs to this ISO"] == "passed"
    assert "the root tree agrees with the manifest" in found


@few(30)
@given(data=st.data())
def test_changed_bytes_in_any_file_fail_its_sum(data: st.DataObject, folder: Path) -> None:
    kind = data.draw(st.sampled_from(sorted(ALL)))
    changed = data.draw(damaged(ALL[kind]))
    found = verified(folder, {**ALL, kind: changed})
    if changed != ALL[kind] and kind in FILES:
        assert found[f"sum of x.{kind}"] == "failed"


@pytest.mark.parametrize("sector", range(16, len(ISO) // 2048))
def test_a_damaged_sector_fails_the_sum(sector: int, folder: Path) -> None:
    for junk in (b"\0" * 2048, b"\xff" * 2048, bytes(range(256)) * 8):
        at = sector * 2048
        changed = ISO[:at] + junk + ISO[at + 2048 :]
        if changed != ISO:
            assert verified(folder, {**ALL, "iso": changed})["sum of x.iso"] == "failed"
