"""What an ISO needs to boot, and its Void packages."""

import plistlib
from pathlib import Path

import pytest

from voidgen.iso import verify


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
    for garbled in (
        b"",
        b"<plist>",
        plistlib.dumps([]),
        plistlib.dumps({"a": {}}),
        plistlib.dumps({"a": {"state": 1}}),
        plistlib.dumps({"a": "state"}),
    ):
        assert list(verify.packages(garbled)) == ["XBPS's database in the root tree is garbled"]


@pytest.mark.parametrize("path", ["/usr/bin/init", "/usr/sbin/init", "/sbin/init"])
def test_a_root_tree_with_init(path: str) -> None:
    assert not [*verify.init_program({path, "/init"})]


def test_a_root_tree_without_init() -> None:
    assert [*verify.init_program({"/usr/bin/initx"})] == [
        "the root tree lacks /sbin/init, which the boot menus start"
    ]


def test_the_base_is_installed() -> None:
    pkgdb = plistlib.dumps({"base-system": {"state": "installed"}})
    assert not [*verify.packages(pkgdb, "base-system")]
    assert [*verify.packages(pkgdb, "base-container-full")] == [
        "package base-container-full, which is [xbps] base, is not installed"
    ]
