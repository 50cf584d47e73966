"""Reading what programs list of a root tree."""

import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, strategies

from voidgen.iso import root_tree
from voidgen.iso.differences import STORE_TIMES
from voidgen.iso.root_tree import RootEntry
from voidgen.system import sri

NAMES = strategies.text(
    strategies.characters(exclude_characters="/\0\n", exclude_categories=["Cs"]), min_size=1
)
MODES = strategies.integers(0, 0o7777)
KINDS = {
    "d": ("directory", stat.S_IFDIR),
    "-": ("file", stat.S_IFREG),
    "l": ("symlink", stat.S_IFLNK),
}


def line(sign: str, mode: int, path: str, owner: str = "0/0", size: int = 0) -> str:
    """A line of `unsquashfs -lln`."""
    shown = stat.filemode(KINDS[sign][1] | mode)
    return f"{shown} {owner} {size:>20} 1970-01-01 00:00 {path}"


@given(
    strategies.sampled_from("d-"), MODES, NAMES, strategies.integers(0, 1 << 40),
    strategies.tuples(strategies.integers(0, 1 << 32), strategies.integers(0, 1 << 32)),
)  # fmt: skip
def test_entries_are_read_as_they_were_written(
    sign: str, mode: int, name: str, size: int, owner: tuple[int, int]
) -> None:
    text = line(sign, mode, f"/{name}", "{}/{}".format(*owner), size)
    assert root_tree.entries(f"Parallel unsquashfs: Using 2 processors\n\n{text}\n") == {
        f"/{name}": RootEntry(KINDS[sign][0], mode, owner, size, time=STORE_TIMES[0])
    }


@given(NAMES, NAMES)
def test_links_are_read_as_they_were_written(name: str, target: str) -> None:
    if " -> " not in name and not name.endswith(" -"):
        found = root_tree.entries(line("l", 0o777, f"/{name} -> {target}"))
        assert found == {f"/{name}": RootEntry("symlink", 0o777, (0, 0), 0, target, STORE_TIMES[0])}


def test_devices_and_the_root_are_read() -> None:
    text = (
        "drwxr-xr-x 0/0 100 2026-01-01 00:00 \n"
        "crw-rw-rw- 0/5 1,  3 2026-01-01 00:00 /dev/null\n"
        "prw------- 0/0 0 2026-01-01 00:00:07 /run/fifo\n"
    )
    assert root_tree.entries(text) == {
        "/": RootEntry("directory", 0o755, (0, 0), 100, time="2026-01-01 00:00"),
        "/dev/null": RootEntry("special", 0o666, (0, 5), 0, time="2026-01-01 00:00"),
        "/run/fifo": RootEntry("special", 0o600, (0, 0), 0, time="2026-01-01 00:00:07"),
    }


@pytest.mark.parametrize(
    "mode", [0, 0o644, 0o755, 0o4755, 0o4644, 0o2770, 0o2660, 0o1777, 0o1666, 0o7777]
)
def test_modes_are_those_of_ls(mode: int, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    file.chmod(mode)
    listed = subprocess.run(["ls", "-l", file], capture_output=True, text=True, check=True).stdout
    found = root_tree.entries(f"{listed[:10]} 0/0 0 1970-01-01 00:00 /file")
    assert found["/file"].mode == stat.S_IMODE(file.stat().st_mode) == mode


def test_hashes_by_path() -> None:
    rows = [f"{sri.hex_of(sri.of_bytes(data))}  ./{data.decode()}" for data in (b"a", b"b  .c\n")]
    expected = {"/a": sri.of_bytes(b"a"), "/b  .c\n": sri.of_bytes(b"b  .c\n")}
    assert root_tree.hashes("\0".join([*rows, ""])) == expected


def test_numbers_of_users() -> None:
    text = (
        "root:x:0:0::/root:/bin/sh\nme:x:1000:\n\nshort:x\nodd:x:²:\nhuge:x:" + "9" * 5000 + ":\n"
    )
    assert root_tree.ids(text) == {"root": 0, "me": 1000}


def test_entries_as_messages_say_them() -> None:
    file = RootEntry("file", 0o644, (0, 80), 5)
    assert str(file) == "a file with mode 0644 and owner 0:80 of 5 bytes"
    link = RootEntry("symlink", 0o777, (0, 0), 0, "x")
    assert str(link) == "a symlink with mode 0777 and owner 0:0 to x"
    assert str(RootEntry("directory", 0o755, (0, 0), 9)).endswith("mode 0755 and owner 0:0")
