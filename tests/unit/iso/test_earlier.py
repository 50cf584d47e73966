"""Whether an existing ISO is undamaged, by its bytes and those of its other files."""

import json
import os
from pathlib import Path

import pytest
from tests.support.documents import STORE, built_data
from tests.support.program import write

from voidgen.image import build_json
from voidgen.iso import earlier, outputs, record
from voidgen.iso.earlier import Earlier
from voidgen.iso.record import Record
from voidgen.lock.lock_json import LockedParts
from voidgen.progress import NoProgress

INPUTS = "sha256-inputs"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    iso = tmp_path / "image.iso"
    iso.write_bytes(b"iso" * 1000)
    paths = [{"path": f"{STORE}b", "references": [f"{STORE}b"]}]
    build = build_json.read(json.dumps(built_data(paths=paths)).encode())
    hash_ = outputs.write(iso, "it", build, LockedParts("flake", []))
    for kind in outputs.KINDS:
        (tmp_path / f"image.{kind}").rename(tmp_path / f"it.{kind}")
    (tmp_path / record.WORK).mkdir()
    record.write(tmp_path, "it", Record(INPUTS, hash_))
    return tmp_path


def find(out: Path, inputs: str = INPUTS) -> Earlier:
    return earlier.find(out, "it", inputs, NoProgress())


def test_an_undamaged_iso_of_the_same_inputs_is_found(out: Path) -> None:
    manifest = json.loads((out / "it.manifest.json").read_bytes())
    assert find(out) == Earlier(manifest["iso"]["hash"])
    assert find(out, "sha256-others") == Earlier()


def test_without_files_there_is_no_earlier_iso(tmp_path: Path) -> None:
    assert find(tmp_path) == Earlier()


@pytest.mark.parametrize("kind", outputs.KINDS)
def test_a_flipped_bit_in_each_file_is_damage(kind: str, out: Path) -> None:
    """The sizes stay the same."""
    file = out / f"it.{kind}"
    data = file.read_bytes()
    places = range(0, len(data), max(1, len(data) // 300))
    for place in places:
        for bit in (0x01, 0x20):
            file.write_bytes(data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :])
            found = find(out)
            assert found.hash == ""
            assert any(line.startswith(f"it.{kind} ") for line in found.damage) or (
                kind == "iso.sha256" and found.damage
            ), place
    file.write_bytes(data)
    assert find(out).hash


@pytest.mark.parametrize("kind", outputs.KINDS)
def test_a_missing_file_or_a_fifo_is_damage(kind: str, out: Path) -> None:
    file = out / f"it.{kind}"
    aside = file.rename(out / "aside")
    found = find(out)
    assert found.hash == ""
    assert any(line.startswith(f"it.{kind} is missing") for line in found.damage), found
    os.mkfifo(file)
    assert find(out).hash == ""
    file.unlink()
    file.mkdir()
    assert find(out).hash == ""
    file.rmdir()
    aside.rename(file)
    assert find(out).hash


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"iso": 1}', b"\xff"])
def test_a_wrong_manifest_is_damage(content: bytes, out: Path) -> None:
    (out / "it.manifest.json").write_bytes(content)
    assert find(out).damage == ("it.manifest.json has another hash than it.iso.sha256 lists",)


def test_files_of_another_run_are_damage(out: Path) -> None:
    """Manifest and sums are from one run, the ISO from another."""
    (out / "it.iso").write_bytes(b"osi" * 1000)
    assert find(out).damage == ("it.iso has another hash than it.iso.sha256 lists",)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"inputs": 1, "iso": 1}', b"\xff", None])
def test_without_a_record_there_is_no_earlier_iso(content: bytes | None, out: Path) -> None:
    """And nothing is damaged."""
    file = out / record.WORK / f"it{record.ENDING}"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    assert find(out) == Earlier()
    file.unlink(missing_ok=True)
    os.mkfifo(file)
    assert find(out) == Earlier()


def test_an_iso_from_elsewhere_is_not_the_earlier_one(out: Path) -> None:
    """Someone copied an undamaged ISO of the same name into the folder."""
    write(out, {"it.iso": "another"})
    build = build_json.read(json.dumps(built_data()).encode())
    outputs.write(out / "it.iso", "it", build, LockedParts("flake", []))
    assert find(out) == Earlier()
