"""`voidgen write --persistence` with ISOs of any name and label, of a variant, on loop devices."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.support.program import voidgen
from tests.unit.write.loops import attached

from voidgen import project
from voidgen.image import snapshot_file
from voidgen.image.snapshot import Snapshot
from voidgen.plan import render
from voidgen.write.persistence import MIB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOML = """
[image]
name = "my-live"
[variants.xfce.image]
title = "Xfce"
[variants.xfce.live]
persistence = "xfce-data"
"""
NAME = "Rescue of 2026-12 (xfce).iso"
VOLUME = "OF_ANOTHER_NAME"


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[str]:
    """A disk of 200 MiB."""
    with (tmp_path / "disk").open("wb") as stream:
        stream.truncate(200 * MIB)
    with attached(tmp_path / "disk") as device:
        yield device


def iso(folder: Path, variant: str, *more: str | Path) -> Path:
    """Make an ISO with the snapshot of a variant of `TOML`; ``more`` are words for xorriso."""
    found = project.load(folder, TOML).of(variant)
    plan = render.document(found.plan, found.overlay)
    tree = folder / "tree"
    (tree / "boot").mkdir(parents=True)
    (tree / "voidgen.json").write_bytes(snapshot_file.dump(Snapshot("my-live", plan)))
    (tree / "boot/isolinux.bin").write_bytes(b"\1" * 4 * MIB)
    (tree / "boot/efiboot.img").write_bytes(bytes(MIB))
    argv: list[str | Path] = [
        *("xorriso", "-as", "mkisofs", "-quiet", "-rock", "-V", VOLUME, "-o", folder / NAME),
        *("-b", "boot/isolinux.bin", "-c", "boot/boot.cat", "-no-emul-boot"),
        *("-boot-load-size", "4", "-boot-info-table", *more, tree),
    ]
    subprocess.run(argv, check=True, capture_output=True)
    return folder / NAME


def hybrid(folder: Path) -> tuple[str | Path, ...]:
    """Return mklive's words for an ISO that starts from a stick, with BIOS and UEFI."""
    (folder / "mbr").write_bytes(bytes(432))
    efi = ("-eltorito-alt-boot", "-e", "boot/efiboot.img", "-isohybrid-gpt-basdat", "-no-emul-boot")
    return *efi, "-isohybrid-mbr", folder / "mbr"


def test_the_partition_has_the_label_of_the_variant(loop: str, tmp_path: Path) -> None:
    made = iso(tmp_path, "xfce", *hybrid(tmp_path))
    words = ("--json", "write", NAME, loop, "--force-device", loop, "--yes")
    ran = voidgen(*words, "--persistence", "100M", cwd=tmp_path)
    assert ran.status == 0, ran.err
    found = json.loads(ran.out)
    assert found["persistence"] == {"label": "xfce-data", "size": 100 * MIB}
    table = json.loads(subprocess.check_output(["sfdisk", "--json", tmp_path / "disk"]))
    _, _, kept = table["partitiontable"]["partitions"]
    assert (kept["type"], kept["size"] * 512) == ("83", 100 * MIB)
    offset = kept["start"] * 512
    assert offset >= made.stat().st_size
    label = ["blkid", "-p", "-o", "value", "-s", "LABEL"]
    behind = ["--offset", str(offset), str(tmp_path / "disk")]
    assert subprocess.check_output([*label, *behind]) == b"xfce-data\n"
    # The ISO's own label, which root= names, is that of the whole stick.
    assert subprocess.check_output([*label, tmp_path / "disk"]) == f"{VOLUME}\n".encode()


def test_a_variant_that_keeps_nothing_gets_no_partition(loop: str, tmp_path: Path) -> None:
    iso(tmp_path, "", *hybrid(tmp_path))
    words = ("write", NAME, loop, "--force-device", loop, "--yes", "--persistence", "rest")
    ran = voidgen(*words, cwd=tmp_path)
    assert ran.status == 2
    assert "has no boot menu entry that keeps changes" in ran.err
    assert not any((tmp_path / "disk").read_bytes()[:MIB])


def test_an_iso_without_a_partition_table_gets_no_partition(loop: str, tmp_path: Path) -> None:
    iso(tmp_path, "xfce")
    words = ("write", NAME, loop, "--force-device", loop, "--yes", "--persistence", "rest")
    ran = voidgen(*words, cwd=tmp_path)
    assert ran.status == 2
    assert "has no partition table, so that it does not start from a stick" in ran.err
    assert not any((tmp_path / "disk").read_bytes()[:MIB])


@pytest.mark.parametrize(
    ("entries", "what"),
    [
        (b"\0\0\2\0\xee" + b"\xff" * 11 + bytes(48), "has a GPT"),
        (b"\1" * 64, "has no free entry in its partition table"),
    ],
)
def test_a_table_that_takes_no_partition_is_refused(
    entries: bytes, what: str, loop: str, tmp_path: Path
) -> None:
    with iso(tmp_path, "xfce").open("r+b") as stream:
        stream.seek(446)
        stream.write(entries + b"\x55\xaa")
    words = ("write", NAME, loop, "--force-device", loop, "--yes", "--persistence", "rest")
    ran = voidgen(*words, cwd=tmp_path)
    assert ran.status == 2
    assert what in ran.err
    assert not any((tmp_path / "disk").read_bytes()[:MIB])
