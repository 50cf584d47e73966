"""The script for iPXE, and the files that are taken out of an ISO for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.support import documents
from tests.support.program import voidgen
from tests.unit.image.test_of_iso import iso

from voidgen.errors import WrongInputError
from voidgen.image import netboot, netboot_files, snapshot_file
from voidgen.image.netboot_files import Files, Part
from voidgen.image.snapshot import Snapshot
from voidgen.system import sha256sums, sri

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.image.netboot import Menu

LINUX = "    linux (${voidlive})/boot/vmlinuz \\\n        root=live:CDLABEL=X ro \\\n        quiet"
INITRD = "    initrd (${voidlive})/boot/initrd\n}\n"
# In the form of mklive at 90028e0 and ee1bf42.
MENU = (
    "default=linux\ntimeout=15\ntimeout_style=menu\n"
    f'menuentry "Void Linux 6.12 (x86_64)" --id "linux"  {{\n{LINUX} {{more}} \n{INITRD}'
    f'menuentry "Void Linux (RAM)" --id "linuxram"  {{\n{LINUX} rd.live.ram\n{INITRD}'
    f'menuentry "Speech" --id "linuxa11y" --hotkey s {{\n{LINUX} live.accessibility\n{INITRD}'
    'menuentry "Memtest" --id memtest {\n    linux (${voidlive})/boot/memtest.bin\n}\n'
    'submenu "Void Linux for Pinebook >" --id platform-pinebookpro {\n'
    f'menuentry "Pinebook" --id "linux-pinebookpro" {{\n{LINUX} x\n'
    "    initrd (${voidlive})/boot/initrd\n    devicetree (${voidlive})/boot/dtbs/a.dtb\n}\n}\n"
)


def menu(text: str = MENU) -> Menu:
    found = netboot.read_menu(text)
    assert found
    return found


def script(text: str = MENU) -> list[str]:
    return netboot.script(menu(text), "live", "Void Linux").splitlines()


def test_the_entries_of_the_system_are_those_of_the_boot_menu() -> None:
    """Over a network, the system is in memory anyway; no device tree comes with it."""
    found = menu(MENU.replace("{more}", "console=ttyS0,115200"))
    assert [(one.id, one.title) for one in found.entries] == [
        ("linux", "Void Linux 6.12 (x86_64)"),
        ("linuxa11y", "Speech"),
    ]
    assert found.entries[0].cmdline == ("ro", "quiet", "console=ttyS0,115200")
    assert (found.kernel, found.default, found.timeout) == ("vmlinuz", "linux", 15)


def test_a_default_that_does_not_work_over_a_network_becomes_the_first() -> None:
    assert menu(MENU.replace("default=linux", "default=linuxram")).default == "linux"
    assert menu(MENU.replace("default=linux", "default=linuxa11y")).default == "linuxa11y"


def test_without_an_entry_of_the_system_there_is_no_menu() -> None:
    assert netboot.read_menu("default=linux\n") is None


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ("15", "choose --default linux --timeout 15000 entry || exit"),
        ("-1", "choose --default linux entry || exit"),
        ("0", "goto linux"),
    ],
)
def test_the_timeout_is_that_of_the_boot_menu(seconds: str, expected: str) -> None:
    found = script(MENU.replace("timeout=15", f"timeout={seconds}"))
    assert expected in found
    assert ("menu Void Linux" in found) == (seconds != "0")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Void - a live system", "Void - a live system"),
        ("Void #1; --help", "Void 1; help"),
        ("Void ; reboot", "Void  reboot"),
    ],
)
def test_ipxe_shows_titles_and_runs_nothing_of_them(title: str, shown: str) -> None:
    """In iPXE, the words ``;``, ``#…`` and ``-…`` end or change a command (src/core/exec.c)."""
    assert f"item linux {shown}" in script(MENU.replace("Void Linux 6.12 (x86_64)", title))
    assert f"menu {shown}" in netboot.script(menu(), "live", title).splitlines()


def test_the_script_starts_an_entry_with_its_parameters() -> None:
    found = script()
    assert found[found.index(":linuxa11y") :][:3] == [
        ":linuxa11y",
        "set parameters ro quiet live.accessibility",
        "goto start",
    ]
    kernel = next(line for line in found if line.startswith("kernel "))
    assert "root=live:${base-url}squashfs.img " in kernel
    assert "${parameters}" in kernel


def files(folder: Path) -> Files:
    file = folder / "live.iso"
    file.write_bytes(b"..kernel.squashfs")
    parts = (Part("vmlinuz", 2, 6), Part("squashfs.img", 9, 8))
    return Files(file, parts, b"#!ipxe\n")


def test_the_files_are_parts_of_the_iso(tmp_path: Path) -> None:
    folder = netboot_files.write(files(tmp_path))
    assert folder == tmp_path / "live-netboot"
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        "vmlinuz": b"kernel",
        "squashfs.img": b"squashfs",
        "boot.ipxe": b"#!ipxe\n",
        "SHA256SUMS": sha256sums.dump(
            {
                "vmlinuz": sri.of_bytes(b"kernel"),
                "squashfs.img": sri.of_bytes(b"squashfs"),
                "boot.ipxe": sri.of_bytes(b"#!ipxe\n"),
            }
        ),
    }
    assert {file.name for file in tmp_path.iterdir()} == {"live.iso", "live-netboot"}


def test_an_earlier_folder_is_replaced(tmp_path: Path) -> None:
    found = files(tmp_path)
    (tmp_path / "live-netboot").mkdir()
    (tmp_path / "live-netboot/old").touch()
    assert not (netboot_files.write(found) / "old").exists()
    assert list(netboot_files.faults(found)) == []


def test_files_of_another_iso_are_faults(tmp_path: Path) -> None:
    found = files(tmp_path)
    folder = netboot_files.write(found)
    (folder / "vmlinuz").write_bytes(b"KERNEL")
    (folder / "boot.ipxe").unlink()
    assert list(netboot_files.faults(found)) == [
        "vmlinuz is not this ISO's",
        "boot.ipxe cannot be read: No such file or directory",
    ]


IMAGE = {
    "voidgen.json": snapshot_file.dump(Snapshot("x", documents.plan(image={"title": "Rescue"}))),
    "boot/vmlinuz": b"kernel",
    "boot/initrd": b"initramfs",
    "boot/grub/grub_void.cfg": MENU.encode(),
    "LiveOS/squashfs.img": b"squashfs" * 500,
}


def image(folder: Path, **changes: bytes) -> Path:
    file = folder / "x.iso"
    files = {**IMAGE, **changes}
    file.write_bytes(iso(*files.items(), folders=("/boot", "/boot/grub", "/LiveOS")))
    return file


def test_the_files_of_a_whole_iso(tmp_path: Path) -> None:
    folder = netboot_files.write(netboot_files.read(image(tmp_path)))
    found = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert found["vmlinuz"] == b"kernel"
    assert found["initrd"] == b"initramfs"
    assert found["squashfs.img"] == b"squashfs" * 500
    assert b"\nmenu Rescue\nitem linux Void Linux 6.12 (x86_64)\n" in found["boot.ipxe"]


def test_verify_compares_the_folder_with_the_iso(tmp_path: Path) -> None:
    def outcome() -> dict[str, str]:
        ran = voidgen("verify", "x.iso", "--json", cwd=tmp_path)
        checks = json.loads(ran.out)["checks"]
        return {one["name"]: one["state"] for one in checks if "netboot" in one["name"]}

    made = image(tmp_path)
    assert outcome() == {}
    netboot_files.write(netboot_files.read(made))
    assert outcome() == {"x-netboot belongs to this ISO": "passed"}
    image(tmp_path, **{"boot/initrd": b"other"})
    assert outcome() == {"x-netboot belongs to this ISO": "failed"}


def test_an_iso_without_a_snapshot_has_no_files(tmp_path: Path) -> None:
    file = tmp_path / "x.iso"
    file.write_bytes(iso(("a", b"a")))
    with pytest.raises(WrongInputError, match=r"was not made by voidgen"):
        netboot_files.read(file)
