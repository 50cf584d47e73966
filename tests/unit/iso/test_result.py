"""Every list of an ISO's content is checked, with the libraries and without them."""

import os
import plistlib
import stat
from pathlib import Path

import pytest
import zstandard
from tests.support import efi, newc
from tests.support.program import write
from tests.unit.iso.test_verify import iso_list

from voidgen.iso import loader, result
from voidgen.iso.kernels import Kernel
from voidgen.iso.result import Expected
from voidgen.iso.wanted import Services, Wanted
from voidgen.system import compressed, decompression_programs, sri

DATE = 1_776_113_375
LOG = "[1/1] All\nCreated /out/image.iso (3.5M) successfully.\n"
INITRAMFS = (
    *("init", "lib/dracut-lib.sh", "bin/dmsquash-live-root"),
    *("hooks/cmdline/30-parse-dmsquash-live.sh", "hooks/pre-udev/30-dmsquash-live-genrules.sh"),
    *("bin/sh", "bin/mount", "bin/modprobe", "bin/udevadm", "bin/blkid", "bin/losetup"),
    *("bin/switch_root", "hooks/pre-pivot/01-mine.sh"),
)
MODULES = {loader.CONFIG: loader.STABLE, "boot/grub/x86_64-efi/normal.mod": loader.STABLE}


def listed(path: str, kind: int, size: int) -> str:
    """Return a line of `unsquashfs -lln`."""
    return f"{stat.filemode(kind)} 0/0 {size:>20} 1970-01-01 00:00:01 {path}\n"


class Results:
    """The results of a run, and what was asked for: they agree."""

    def __init__(self, top: Path) -> None:
        self.folder, include = top / "results", top / "include"
        package = top / f"{'0' * 32}-package"
        write(package, {"bin/tool": "tool"})
        write(include, {"etc/motd": "hello"})
        write(
            top / "mklive",
            {
                "mklive.sh": '/usr/bin/dracut --force-add "mine" x\n',
                "dracut/mine/module-setup.sh": '    inst_hook pre-pivot 01 "$moddir/mine.sh"\n',
                "dracut/mine/mine.sh": "",
            },
        )
        self.squashfs = "".join(
            [
                listed(str(package), stat.S_IFDIR | 0o555, 0),
                listed(f"{package}/bin", stat.S_IFDIR | 0o555, 0),
                listed(f"{package}/bin/tool", stat.S_IFREG | 0o444, 4),
                listed("/usr/bin/init", stat.S_IFLNK | 0o777, 0),
                listed("/etc/motd", stat.S_IFREG | 0o644, 5),
                listed("/etc/sv/enabled", stat.S_IFDIR | 0o755, 0),
            ]
        )
        files = {
            "squashfs.list": self.squashfs,
            "overlay.sums": f"{sri.hex_of(sri.of_bytes(b'hello'))}  ./etc/motd\0",
            "iso.list": iso_list(),
            "passwd": "root:x:0:0::/root:/bin/sh\n",
            "group": "root:x:0:\n",
        }
        write(self.folder, files)
        program = efi.program(efi.modules(efi.memdisk(MODULES)))
        self.write("EFI/BOOT/BOOTX64.EFI", program, "efi")
        self.write("EFI/BOOT/BOOTIA32.EFI", program, "efi")
        self.write("pkgdb.plist", plistlib.dumps({"a": {"state": "installed"}}))
        initramfs = newc.archive(dict.fromkeys(INITRAMFS, newc.FILE), b"x")
        self.write("initrd", zstandard.compress(initramfs))
        self.expected = Expected(
            "x86_64",
            (Wanted("/etc/motd", "file", 0o644, "root", "root"),),
            include,
            (str(package),),
            top / "mklive",
            Services(("enabled",), ("disabled",)),
            Kernel("linux", ()),
        )

    def write(self, name: str, data: bytes, below: str = "") -> None:
        file = self.folder / below / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def faults(self, log: str = LOG) -> list[str]:
        """Return what is wrong; libraries and programs decompress to the same."""
        one, other = (
            list(result.faults(self.expected, self.folder, log, DATE, decompress))
            for decompress in (compressed.decompress, decompression_programs.decompress)
        )
        assert one == other
        return one


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(tmp_path)


def test_what_was_asked_for_has_no_faults(results: Results) -> None:
    assert results.faults() == []


def test_the_log_is_judged(results: Results) -> None:
    assert results.faults("") == ["mklive did not report that it created the image"]


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("iso.list", b"/squashfs", b"/other", "/LiveOS/squashfs.img is missing in the ISO"),
        (
            *("efi/EFI/BOOT/BOOTIA32.EFI", b"mods", b"text"),
            "EFI/BOOT/BOOTIA32.EFI is not a GRUB loader that contains its modules",
        ),
        (
            *("initrd", b"01-mine", b"01-your"),
            "the initramfs lacks hooks/pre-pivot/01-mine.sh",
        ),
        ("pkgdb.plist", b"installed", b"unpacked", "package a is unpacked, but not configured"),
        ("overlay.sums", b"/motd", b"/other", "/etc/motd cannot be read"),
        ("passwd", b":0:0:", b":1:0:", "/etc/motd is 0644 0:0, but should be 0644 1:0"),
        ("group", b":0:", b":2:", "/etc/motd is 0644 0:0, but should be 0644 0:2"),
    ],
)
def test_each_list_is_judged(
    name: str, old: bytes, new: bytes, said: str, results: Results
) -> None:
    data = (results.folder / name).read_bytes()
    is_packed = name == "initrd"
    changed = (zstandard.decompress(data) if is_packed else data).replace(old, new)
    results.write(name, zstandard.compress(changed) if is_packed else changed)
    assert results.faults() == [said]


def test_the_closure_is_judged(results: Results) -> None:
    (package,) = results.expected.store_paths
    lines = results.squashfs.splitlines(keepends=True)
    results.write("squashfs.list", "".join([*lines[:2], *lines[3:]]).encode())
    assert results.faults() == [f"{package}/bin/tool is missing"]
    results.write("squashfs.list", "".join(lines[-3:]).encode())
    assert results.faults() == [f"{package} is missing"]


def test_the_services_are_judged(results: Results) -> None:
    link = listed("/etc/runit/runsvdir/default/disabled", stat.S_IFLNK | 0o777, 0)
    lines = results.squashfs.splitlines(keepends=True)
    results.write("squashfs.list", "".join([*lines[:-1], link]).encode())
    assert results.faults() == [
        (
            "/etc/runit/runsvdir/default/enabled enables a service, but no package or file of the "
            "image has /etc/sv/enabled"
        ),
        "/etc/runit/runsvdir/default/disabled enables a service that voidgen.toml disables",
    ]


def test_names_are_bytes(results: Results) -> None:
    """A carriage return does not end a line, and bytes that are not UTF-8 keep their places."""
    (package,) = results.expected.store_paths
    file = Path(package, os.fsdecode(b"a\rb\xff"))
    file.touch()
    line = listed(str(file), stat.S_IFREG | 0o444, 0)
    results.write("squashfs.list", os.fsencode(results.squashfs + line))
    assert results.faults() == []


def test_a_missing_program_is_named(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(results.folder))
    decompress = decompression_programs.decompress
    assert list(result.faults(results.expected, results.folder, LOG, DATE, decompress)) == [
        "/boot/initrd: zstd cannot be started: No such file or directory"
    ]


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (None, []),
        (10, []),
        (9, ["the ISO has 10 bytes, 1 more than [image] max-size in voidgen.toml allows"]),
    ],
)
def test_the_size_is_judged(limit: int | None, said: list[str], tmp_path: Path) -> None:
    (tmp_path / "image.iso").write_bytes(bytes(10))
    assert list(result.too_large(tmp_path / "image.iso", limit)) == said
