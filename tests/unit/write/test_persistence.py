"""`voidgen write --persistence`: the partition behind the ISO, by the real sfdisk and mkfs.ext4."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.support.program import voidgen

from voidgen.errors import StepFailedError
from voidgen.schema.rule import MisfitError
from voidgen.write import persistence
from voidgen.write.persistence import FOLDERS, MIB, Partition

if TYPE_CHECKING:
    from pathlib import Path

ISO = 9 * MIB + 2048
ENTRIES = {0: b"\x80\0\1\0\0\x3f\xa0\x07\0\0\0\0\4\x48\0\0", 16: b"\0" * 4 + b"\xef" + b"\1" * 11}
"""An isohybrid ISO's first two partitions (the MBR of mklive's ISO, by xorriso 1.5.6)."""
missing = [one for one in ("sfdisk", "mkfs.ext4") if not shutil.which(one, path=FOLDERS)]
needs_programs = pytest.mark.skipif(bool(missing), reason=f"{missing} not installed")


@pytest.mark.parametrize(
    ("text", "size"),
    [("rest", None), ("4G", 4 << 30), ("300M", 300 * MIB), ("1.5 GiB", 3 << 29), ("1GB", 10**9)],
)
def test_sizes(text: str, size: int | None) -> None:
    assert persistence.parse(text) == size


@pytest.mark.parametrize("text", ["", "4", "4g", "-1G", "all", "1e3M", "0G"])
def test_other_sizes_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(MisfitError):
        persistence.parse(text)
    ran = voidgen("write", "--persistence", text, "a.iso", "/dev/null", cwd=tmp_path)
    assert ran.status == 2
    assert "expected a size like" in ran.err


def test_the_partition_begins_behind_the_iso_and_leaves_the_end_of_the_disk() -> None:
    found = persistence.place(ISO, 1000 * MIB + 7, None, "data")
    assert (found.start, found.size) == (10 * MIB, 989 * MIB)
    assert persistence.place(ISO, 1000 * MIB, 100 * MIB + 7, "data").size == 100 * MIB


def test_a_large_disk_ends_where_its_partition_table_does() -> None:
    found = persistence.place(ISO, 8 << 40, None, "data")
    assert found.start + found.size < 2 << 40


@pytest.mark.parametrize(
    ("disk", "size", "what"),
    [
        (1000 * MIB, 990 * MIB, "the disk has 989.0 MiB behind the ISO"),
        (1000 * MIB, 10 * MIB, "needs at least 64.0 MiB"),
        (20 * MIB, None, "needs at least 64.0 MiB"),
        (9 * MIB, None, "needs at least 64.0 MiB"),
    ],
)
def test_a_partition_without_room_is_refused(disk: int, size: int | None, what: str) -> None:
    with pytest.raises(StepFailedError, match=what):
        persistence.place(ISO, disk, size, "data")


def made(file: Path) -> bytes:
    """Write an ISO with an isohybrid MBR to ``file``, a disk of 100 MiB that had a GPT."""
    iso = bytearray(os.urandom(ISO))
    iso[446:512] = bytes(64) + b"\x55\xaa"
    for offset, entry in ENTRIES.items():
        iso[446 + offset : 462 + offset] = entry
    old = bytearray(b"x" * (100 * MIB - ISO))
    old[-512:-504] = b"EFI PART"
    file.write_bytes(iso + old)
    return bytes(iso)


@needs_programs
def test_only_the_third_entry_and_the_partition_are_written(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    iso = made(disk)
    partition = persistence.place(ISO, 100 * MIB, None, "my-data_1.2")
    programs = [shutil.which(one, path=FOLDERS) or one for one in ("sfdisk", "mkfs.ext4")]
    descriptor = os.open(disk, os.O_RDWR)
    try:
        persistence.add(
            Partition(partition.start, partition.size, partition.label, *programs), disk, descriptor
        )
    finally:
        os.close(descriptor)
    now = disk.read_bytes()
    assert now[:478] == iso[:478]
    assert now[494:ISO] == iso[494:]
    assert now[482] == 0x83
    assert int.from_bytes(now[486:490], "little") * 512 == partition.start
    assert int.from_bytes(now[490:494], "little") * 512 == partition.size
    assert persistence.without_added(now[:ISO], iso) == iso
    # The backup of the old partition table would confuse programs.
    assert now[-512:] == bytes(512)
    words = ["blkid", "-p", "-O", str(partition.start), "-o", "value", "-s", "LABEL", str(disk)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert said == "my-data_1.2\n"
    check = ["e2fsck", "-n", "-f", f"{disk}?offset={partition.start}"]
    subprocess.run(check, capture_output=True, check=True)


def test_a_changed_entry_of_the_iso_is_not_overlooked() -> None:
    iso = bytes(446) + b"\1" * 64 + b"\x55\xaa"
    assert persistence.without_added(b"\2" * 512, iso) == b"\2" * 512
