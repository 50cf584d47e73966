"""Parsing and judging what came out of the container."""

import os
import plistlib
import stat
import subprocess
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, strategies

from voidgen.iso import verify
from voidgen.iso.verify import STORE_TIMES, Entry
from voidgen.plan.documents import Entry as Listed
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
    assert verify.tree(f"Parallel unsquashfs: Using 2 processors\n\n{text}\n") == {
        f"/{name}": Entry(KINDS[sign][0], mode, owner, size, time=STORE_TIMES[0])
    }


@given(NAMES, NAMES)
def test_links_are_read_as_they_were_written(name: str, target: str) -> None:
    if " -> " not in name and not name.endswith(" -"):
        found = verify.tree(line("l", 0o777, f"/{name} -> {target}"))
        assert found == {f"/{name}": Entry("symlink", 0o777, (0, 0), 0, target, STORE_TIMES[0])}


def test_devices_and_the_root_are_read() -> None:
    text = (
        "drwxr-xr-x 0/0 100 2026-01-01 00:00 \n"
        "crw-rw-rw- 0/5 1,  3 2026-01-01 00:00 /dev/null\n"
        "prw------- 0/0 0 2026-01-01 00:00:07 /run/fifo\n"
    )
    assert verify.tree(text) == {
        "/": Entry("directory", 0o755, (0, 0), 100, time="2026-01-01 00:00"),
        "/dev/null": Entry("special", 0o666, (0, 5), 0, time="2026-01-01 00:00"),
        "/run/fifo": Entry("special", 0o600, (0, 0), 0, time="2026-01-01 00:00:07"),
    }


@pytest.mark.parametrize(
    "mode", [0, 0o644, 0o755, 0o4755, 0o4644, 0o2770, 0o2660, 0o1777, 0o1666, 0o7777]
)
def test_modes_are_those_of_ls(mode: int, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    file.chmod(mode)
    listed = subprocess.run(["ls", "-l", file], capture_output=True, text=True, check=True).stdout
    found = verify.tree(f"{listed[:10]} 0/0 0 1970-01-01 00:00 /file")
    assert found["/file"].mode == stat.S_IMODE(file.stat().st_mode) == mode


def overlay_of(found: dict[str, Entry], include: Path, **changed: Any) -> list[str]:
    entry = evolve(Listed("/etc/a", "file", "0644", "root", "80"), **changed)
    sums = {"/etc/a": sri.hex_of(sri.of_bytes(b"aa"))}
    return list(verify.overlay([entry], include, found, ({"root": 0}, {}), sums))


@pytest.fixture
def include(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "a").write_bytes(b"aa")
    (tmp_path / "etc" / "link").symlink_to("a")
    return tmp_path


def test_overlay_as_it_should_be(include: Path) -> None:
    assert overlay_of({"/etc/a": Entry("file", 0o644, (0, 80), 2)}, include) == []
    link = {"/etc/link": Entry("symlink", 0o777, (0, 0), 1, "a")}
    assert overlay_of(link, include, path="/etc/link", type="symlink", target="a", mode=None) == []
    # On the way to something else: the system's own.
    folder = {"/etc": Entry("directory", 0o700, (5, 5), 0)}
    assert overlay_of(folder, include, path="/etc", type="directory", mode=None) == []


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (None, "/etc/a is missing"),
        (Entry("symlink", 0o777, (0, 0), 2, "b"), "/etc/a is a symlink, but should be a file"),
        (Entry("file", 0o4644, (0, 80), 2), "/etc/a is 4644 0:80, but should be 0644 0:80"),
        (Entry("file", 0o644, (0, 0), 2), "/etc/a is 0644 0:0, but should be 0644 0:80"),
    ],
)
def test_overlay_as_it_should_not_be(entry: Entry | None, said: str, include: Path) -> None:
    assert overlay_of({"/etc/a": entry} if entry else {}, include) == [said]


def test_overlay_with_other_bytes_or_of_nobody(include: Path) -> None:
    good = {"/etc/a": Entry("file", 0o644, (0, 80), 2)}
    (include / "etc" / "a").write_bytes(b"bb")
    assert overlay_of(good, include) == ["/etc/a differs from the overlay's file"]
    said = "/etc/a is 0644 0:80, but should be 0644 -1:80"
    assert overlay_of(good, include, owner="nobody-s") == [said]


def listed(top: Path) -> dict[str, Entry]:
    """What a right squashfs would hold of a store path."""
    found = {}
    for path in (top, *top.rglob("*")):
        status = path.lstat()
        sign = stat.filemode(status.st_mode)[0]
        target = os.readlink(path) if sign == "l" else ""  # noqa: PTH115
        kind = KINDS[sign][0]
        mode = {"d": 0o555, "l": 0o777, "-": 0o444 | status.st_mode & 0o111}[sign]
        found[str(path)] = Entry(kind, mode, (0, 0), status.st_size, target, STORE_TIMES[1])
    return found


def test_closure_is_held_against_the_store(tmp_path: Path) -> None:
    top = tmp_path / "hash-name"
    (top / "bin").mkdir(parents=True)
    (top / "bin" / "tool").write_text("tool")
    (top / "link").symlink_to("bin/tool")
    paths = [PurePosixPath(top)]
    good = listed(top)
    assert list(verify.closure(paths, good)) == []
    # Sizes of folders are the file system's.
    folder = good[str(top)]
    assert list(verify.closure(paths, {**good, str(top): evolve(folder, size=7)})) == []
    # Modes and times of the machine's store do not count, those of the image do.
    (top / "bin" / "tool").chmod(0o644)
    assert list(verify.closure(paths, good)) == []
    (said,) = verify.closure(paths, {**good, str(top): evolve(folder, time="1970-01-01 00:00:00")})
    assert said == f"{top} has the time 1970-01-01 00:00:00, but should have 1970-01-01 00:00:01"
    tool = str(top / "bin" / "tool")
    assert list(verify.closure(paths, {key: good[key] for key in good if key != tool})) == [
        f"{tool} is missing"
    ]
    for other in (
        Entry("file", good[tool].mode, (1000, 0), 4),
        Entry("file", good[tool].mode, (0, 0), 5),
        Entry("file", 0o777, (0, 0), 4),
        Entry("symlink", good[tool].mode, (0, 0), 4, "x"),
    ):
        (said,) = verify.closure(paths, {**good, tool: other})
        assert said.startswith(f"{tool} is ")
    (said,) = verify.closure(
        paths, {**good, str(top / "link"): Entry("symlink", 0o777, (0, 0), 8, "x")}
    )
    assert said.startswith(f"{top / 'link'} is ")


def iso_list(**sizes: int) -> str:
    names = {
        "/boot/vmlinuz": 5, "/boot/isolinux/isolinux.bin": 5, "/boot/isolinux/isolinux.cfg": 5,
        "/boot/initrd": 5, "/boot/grub/efiboot.img": 5, "/LiveOS/squashfs.img": 5,
        "/voidgen.json": 5, **sizes,
    }  # fmt: skip
    return "\n".join(
        f"-r--r--r--    1 0        0       {size:>10} Jan  1 00:00 '{name}'"
        for name, size in names.items() if size >= 0
    )  # fmt: skip


def test_what_boots() -> None:
    assert list(verify.boot("x86_64", iso_list())) == []
    assert list(verify.boot("x86_64-musl", iso_list())) == []
    arm = iso_list(**{"/boot/vmlinux": 5, "/boot/vmlinuz": -1})
    assert list(verify.boot("aarch64", arm)) == []


@pytest.mark.parametrize("name", ["/boot/initrd", "/LiveOS/squashfs.img", "/boot/vmlinuz"])
def test_what_does_not_boot(name: str) -> None:
    assert list(verify.boot("x86_64", iso_list(**{name: 0}))) == [f"{name} is empty in the ISO"]
    assert list(verify.boot("x86_64", iso_list(**{name: -1}))) == [f"{name} is missing in the ISO"]


def test_loaders_that_are_not_there(tmp_path: Path) -> None:
    assert list(verify.loaders("i686", tmp_path, 1)) == [
        "EFI/BOOT/BOOTX64.EFI is missing in the EFI image",
        "EFI/BOOT/BOOTIA32.EFI is missing in the EFI image",
    ]
    (tmp_path / "EFI/BOOT").mkdir(parents=True)
    (tmp_path / "EFI/BOOT/BOOTAA64.EFI").touch()
    assert list(verify.loaders("aarch64", tmp_path, 1)) == [
        "EFI/BOOT/BOOTAA64.EFI is empty in the EFI image"
    ]
    (tmp_path / "EFI/BOOT/BOOTAA64.EFI").write_bytes(b"MZ")
    assert list(verify.loaders("aarch64", tmp_path, 1)) == [
        "EFI/BOOT/BOOTAA64.EFI is not a GRUB loader that contains its modules"
    ]


def test_packages_that_are_not_configured() -> None:
    table = {
        "_XBPS_ALTERNATIVES_": {},
        "base-files": {"state": "installed"},
        "linux6.1": {"state": "unpacked"},
    }
    assert list(verify.packages(plistlib.dumps(table))) == [
        "package linux6.1 is unpacked, but not configured"
    ]
    for garbled in (b"", b"<plist>", plistlib.dumps([]), plistlib.dumps({"a": {}})):
        assert list(verify.packages(garbled)) == ["XBPS's database in the root tree is garbled"]
