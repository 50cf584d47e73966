"""The root tree of an ISO, read with the real unsquashfs: one byte of one file that differs."""

import io
import os
import subprocess
from pathlib import Path

import pytest
from pycdlib import PyCdlib
from tests.support import documents

from voidgen.image.iso_manifest import IsoManifest
from voidgen.iso.root_tree import RootTree
from voidgen.outcome.types import Outcome
from voidgen.release import squashfs, verify
from voidgen.schema import typed_json
from voidgen.system import process, sri

FILES = {
    "etc/passwd": b"root:x:0:0::/root:/bin/sh\n",
    "etc/group": b"root:x:0:\n",
    "etc/motd": b"Welcome to a made-up image\n",
    "etc/empty": b"",
    "etc/a b*[c]": b"other\n" * 5,
    "etc/large": bytes(range(256)) * 1024,
}
NAME = "the root tree agrees with the manifest"


def squash(folder: Path, *options: str) -> bytes:
    """A squashfs of `FILES`, all owned by root."""
    root = folder / "root"
    for path, data in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
        (root / path).chmod(0o644)
    (root / "etc/link").symlink_to("motd")
    file = folder / "squashfs.img"
    words = ["mksquashfs", str(root), str(file), "-all-root", "-noappend", "-no-progress", *options]
    subprocess.run(words, check=True, capture_output=True)
    return file.read_bytes()


def image(folder: Path, content: bytes) -> Path:
    """An ISO with this squashfs."""
    made = PyCdlib()
    made.new(interchange_level=3, rock_ridge="1.09")
    made.add_directory("/LIVEOS", rr_name="LiveOS")
    path = "/LIVEOS/SQUASHFS.IMG;1"
    made.add_fp(io.BytesIO(content), len(content), path, rr_name="squashfs.img")
    made.write(str(folder / "x.iso"))
    made.close()
    return folder / "x.iso"


def judged(iso: Path) -> Outcome:
    """Judge the root tree of an ISO whose overlay has `FILES` and a link."""
    include = [
        *(
            {"path": f"/{path}", "type": "file", "mode": "0644", "owner": "root",
             "group": "root", "hash": sri.of_bytes(data)}
            for path, data in FILES.items()
        ),
        {"path": "/etc/link", "type": "symlink", "target": "motd"},
    ]  # fmt: skip
    plan = documents.plan_data(include=include)
    data = documents.iso_data(documents.built_data(plan=plan))
    return verify.root_tree(iso, typed_json.structure(data, IsoManifest))


def other(data: bytes) -> bytes:
    """The same bytes but one in the middle."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def test_a_root_tree_is_read(tmp_path: Path) -> None:
    iso = image(tmp_path, squash(tmp_path))
    paths = ["/etc/motd", "/etc/a b*[c]", "/etc/empty", "/etc/link", "/etc", "/missing"]
    found = squashfs.read(iso, paths)
    hashes = {path: sri.of_bytes(FILES[path[1:]]) for path in paths[:3]}
    assert found == RootTree(found.entries, {"root": 0}, {"root": 0}, hashes)
    assert found.entries["/etc/motd"].size == len(FILES["etc/motd"])
    assert judged(iso) == Outcome(NAME, "passed")


@pytest.mark.parametrize("path", [path for path, data in FILES.items() if len(data) > 30])
def test_one_byte_of_one_file_that_differs(path: str, tmp_path: Path) -> None:
    content = squash(tmp_path, "-noI", "-noD", "-noF", "-no-duplicates")
    was, is_ = FILES[path], other(FILES[path])
    assert content.count(was) == 1
    outcome = judged(image(tmp_path, content.replace(was, is_)))
    hashes = f"its hash is {sri.of_bytes(is_)}, but should be {sri.of_bytes(was)}"
    assert outcome == Outcome(NAME, "failed", f"/{path} has other content: {hashes}")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """It is named alone, although unsquashfs prints all files in one run."""
    content = squash(tmp_path, "-no-fragments", "-comp", "gzip", "-noI")
    # The squashfs begins with the data of its files, in blocks of zlib (RFC 1950).
    place = content.index(b"\x78\xda", content.index(b"\x78\xda") + 2)
    damaged = content[: place + 4] + bytes(8) + content[place + 12 :]
    outcome = judged(image(tmp_path, damaged))
    assert (outcome.state, outcome.detail) == ("failed", "")
    assert outcome.about.endswith(" cannot be read")


def test_files_too_large_for_memory_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iso = image(tmp_path, squash(tmp_path))
    monkeypatch.setattr(process, "LARGEST", 10_000)
    monkeypatch.setattr(squashfs, "PIECE", 10)
    monkeypatch.setattr(squashfs, "TOGETHER", 2)
    assert judged(iso) == Outcome(NAME, "failed", "/etc/large cannot be read")


@pytest.mark.parametrize("content", [b"", b"x" * 5000])
def test_no_squashfs(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(squashfs.UnreadableError, match="cannot be read"):
        squashfs.read(image(tmp_path, content), ())


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("4.4 (2019/08/29)", "unsquashfs is 4.4, and 4.5 or later is needed (squashfs-tools)"),
        ("4.5", ""),
        ("4.10.1", ""),
        ("x", ""),
    ],
)
def test_releases_of_unsquashfs(
    version: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "unsquashfs"
    program.write_text(f"#!/bin/sh\necho 'unsquashfs version {version}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert squashfs.unusable() == said
