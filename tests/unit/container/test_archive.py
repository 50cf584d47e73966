"""The id that an archive's image has after it is loaded."""

import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from voidgen.container import archive

CONFIG = b'{"rootfs": {"type": "layers", "diff_ids": []}}'
ID = hashlib.sha256(CONFIG).hexdigest()


def packed(file: Path, files: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(file, mode) as tar:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return file


def manifest(name: str = "x.json") -> bytes:
    return json.dumps([{"Config": name, "RepoTags": ["x:y"], "Layers": []}]).encode()


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
@pytest.mark.parametrize("first", ["manifest.json", "x.json"])
def test_the_id_is_the_hash_of_the_configuration(mode: str, first: str, tmp_path: Path) -> None:
    files = {"manifest.json": manifest(), "x.json": CONFIG, "a/layer.tar": b"x" * 5000}
    order = sorted(files, key=lambda name: name != first)
    found = packed(tmp_path / "x", {name: files[name] for name in order}, mode)
    assert archive.ids(found) == {ID}


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"manifest.json": b"["},
        {"manifest.json": b'{"Config": 1}'},
        {"manifest.json": manifest("other.json"), "x.json": CONFIG},
    ],
)
def test_a_file_that_is_not_an_archive_has_no_id(files: dict[str, bytes], tmp_path: Path) -> None:
    assert archive.ids(packed(tmp_path / "x", files)) == frozenset()
    (tmp_path / "x").write_bytes((tmp_path / "x").read_bytes()[:30])
    assert archive.ids(tmp_path / "x") == frozenset()
    assert archive.ids(tmp_path / "missing") == frozenset()


@pytest.mark.parametrize(
    ("told", "same"), [(ID, True), (f"sha256:{ID}", True), ("0" * 64, False), ("", False)]
)
def test_an_image_of_the_same_name_counts_only_with_the_same_id(
    told: str, same: bool, tmp_path: Path
) -> None:
    files = {"manifest.json": manifest("x.json"), "x.json": CONFIG}
    assert archive.has_image(packed(tmp_path / "x", files), told) == same


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_damage_anywhere_leaves_no_traceback(mode: str, tmp_path: Path) -> None:
    files = {"manifest.json": manifest(), "x.json": CONFIG, "a/layer.tar": bytes(range(256)) * 99}
    data = packed(tmp_path / "x", files, mode).read_bytes()
    for at in range(0, len(data), len(data) // 40 or 1):
        (tmp_path / "x").write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        assert len(archive.ids(tmp_path / "x")) <= 1
