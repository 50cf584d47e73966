"""The content of an initramfs, and what it lacks for a live boot."""

import bz2
import gzip
import lzma
import stat
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import lz4.block
import pytest
import zstandard
from tests.integration.offline import ROOT
from tests.support import newc
from tests.support.program import write

from voidgen.iso import initramfs
from voidgen.iso.initramfs import Entry
from voidgen.system import compressed, decompression_programs

BUSYBOX = "busybox"
FILE, FOLDER, NODE = map(Entry, (newc.FILE, newc.FOLDER, newc.NODE))
SETUID = "without its setuid bit: with Nix, set filter-syscalls = false"
TREE = (
    "/usr/lib/modules/6.1_1/kernel/fs/squashfs/squashfs.ko.zst",
    "/usr/lib/modules/6.1_1/kernel/fs/overlayfs/overlay.ko.zst",
    "/usr/lib/modules/6.1_1/kernel/drivers/net/tun.ko.zst",
)
BOOTS = (
    *("init", "usr/lib/dracut-lib.sh", "usr/bin/dmsquash-live-root"),
    "var/lib/dracut/hooks/cmdline/30-parse-dmsquash-live.sh",
    "var/lib/dracut/hooks/pre-udev/30-dmsquash-live-genrules.sh",
    *("usr/bin/sh", "usr/bin/mount", "usr/sbin/modprobe", "usr/bin/udevadm"),
    *("usr/bin/blkid", "usr/bin/losetup", "sbin/switch_root"),
)
GOOD = {
    **dict.fromkeys(BOOTS, FILE),
    "usr/lib/modules/6.1_1/kernel/fs/squashfs/squashfs.ko.zst": FILE,
    "usr/lib/modules/6.1_1/kernel/fs/overlayfs/overlay.ko.zst": FILE,
    "var/lib/dracut/hooks/pre-pivot/01-adduser.sh": FILE,
}
RUN = "var/tmp/dracut.d3thfWu/initramfs"
HOOKS = ["hooks/pre-pivot/01-adduser.sh"]
EARLY = newc.archive({"kernel/x86/microcode/GenuineIntel.bin": newc.FILE}, b"sixsix")
"""Microcode, as dracut puts it before the rest."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An archive made by busybox's cpio."""
    folder = tmp_path_factory.mktemp("initramfs")
    write(folder, {"usr/bin/a": "a" * 5, "usr/bin/bb": "b" * 4096, "init": "#!/bin/sh\n"})
    (folder / "link").symlink_to("init")
    names = "".join(
        f"./{path.relative_to(folder)}\n" for path in (folder, *sorted(folder.rglob("*")))
    )
    return subprocess.run(
        [BUSYBOX, "cpio", "-o", "-H", "newc"],
        cwd=folder, input=names.encode(), capture_output=True, check=True,
    ).stdout  # fmt: skip


def legacy_lz4(data: bytes) -> bytes:
    blocks = [data[place : place + (8 << 20)] for place in range(0, len(data), 8 << 20)]
    packed = [lz4.block.compress(block, store_size=False) for block in blocks]
    return b"\x02\x21\x4c\x18" + b"".join(struct.pack("<I", len(one)) + one for one in packed)


def by(*argv: str) -> Callable[[bytes], bytes]:
    return lambda data: subprocess.run(argv, input=data, capture_output=True, check=True).stdout


COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lambda data: lzma.compress(data, check=lzma.CHECK_CRC32),
    "zstd": lambda data: zstandard.ZstdCompressor(write_content_size=False).compress(data),
    "lz4": legacy_lz4,
    # As dracut calls them.
    "zstd program": by("zstd", "-15", "-q", "-T0"),
    "lz4 program": by("lz4", "-l", "-9"),
}
DECOMPRESS = {
    "libraries": compressed.decompress,
    "programs": decompression_programs.decompress,
}


@pytest.fixture(params=DECOMPRESS)
def read(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[bytes], dict[str, Entry]]:
    """Give a function that reads a file with these bytes."""

    def read(data: bytes) -> dict[str, Entry]:
        (tmp_path / "initrd").write_bytes(data)
        with (tmp_path / "initrd").open("rb") as stream:
            return initramfs.entries(stream, DECOMPRESS[request.param])

    return read


@pytest.mark.parametrize("compressor", COMPRESSORS)
def test_entries_of_consecutive_archives_are_read(
    compressor: str, archive: bytes, read: Callable[[bytes], dict[str, Entry]]
) -> None:
    found = read(EARLY + COMPRESSORS[compressor](archive))
    assert {path: stat.filemode(entry.mode)[0] for path, entry in found.items()} == {
        "": "d", "init": "-", "link": "l", "usr": "d", "usr/bin": "d", "usr/bin/a": "-",
        "usr/bin/bb": "-", "kernel/x86/microcode/GenuineIntel.bin": "-",
    }  # fmt: skip


@pytest.mark.parametrize("compressor", COMPRESSORS)
def test_truncated_and_damaged_archives_are_refused(
    compressor: str, archive: bytes, read: Callable[[bytes], dict[str, Entry]]
) -> None:
    data = COMPRESSORS[compressor](archive)
    for cut in (data[: len(data) // 2], data[:5], data[:-200], b"x" + data, b"", bytes(512)):
        with pytest.raises(ValueError, match="not an initramfs"):
            read(cut)
    twice = COMPRESSORS[compressor](data)
    if compressor != "none":
        with pytest.raises(ValueError, match="archive 1 begins with"):
            read(twice)


def test_a_complete_initramfs_has_no_faults() -> None:
    assert list(initramfs.faults(GOOD, TREE, HOOKS)) == []
    # Everything is built into the kernel.
    assert list(initramfs.faults(dict.fromkeys(BOOTS, FILE), (), [])) == []
    # It is for one of two kernels.
    both = (*TREE, "/usr/lib/modules/6.6_1/kernel/fs/squashfs/squashfs.ko.zst")
    assert list(initramfs.faults(GOOD, both, HOOKS)) == []


@pytest.mark.parametrize(
    ("lost", "more", "said"),
    [
        ("squashfs.ko.zst", {}, "the initramfs lacks the kernel module squashfs (Linux 6.1_1)"),
        ("adduser.sh", {}, "the initramfs lacks hooks/pre-pivot/01-adduser.sh"),
        (
            "nothing",
            {"lib/modules/6.6_1/kernel/x.ko": FILE},
            "the initramfs has modules of Linux 6.6_1, which the root tree does not have",
        ),
        (
            "nothing",
            {"dev/null": NODE},
            "the initramfs has the device node dev/null, which not every engine can make",
        ),
        (
            "nothing",
            {f"{RUN}/usr": FOLDER, f"{RUN}/usr/lib/liba.so.1": FILE},
            (
                f"the initramfs has {RUN}/usr/lib/liba.so.1, in a folder with another name in "
                "each run: a program in it has a RUNPATH with $ORIGIN"
            ),
        ),
    ],
)
def test_each_fault_of_an_initramfs_is_reported(
    lost: str, more: dict[str, Entry], said: str
) -> None:
    found = {path: mode for path, mode in GOOD.items() if not path.endswith(lost)}
    assert list(initramfs.faults({**found, **more}, TREE, HOOKS)) == [said]


@pytest.mark.parametrize(
    ("libraries", "copied", "lost"),
    [
        (["ld-linux-x86-64.so.2", "libc.so.6"], ["ld-linux-x86-64.so.2", "libc.so.6"], []),
        (["ld-linux-x86-64.so.2", "libc.so.6"], [], ["ld-linux-x86-64.so.2", "libc.so.6"]),
        (["ld-linux-x86-64.so.2", "libc.so.6"], ["ld-linux-x86-64.so.2"], ["libc.so.6"]),
        (["ld-musl-x86_64.so.1"], [], ["ld-musl-x86_64.so.1"]),
        # One more for programs of another architecture.
        (["ld-linux-x86-64.so.2", "ld-linux.so.2"], ["ld-linux-x86-64.so.2"], []),
    ],
)
def test_the_loader_and_the_c_library_are_in_it(
    libraries: list[str], copied: list[str], lost: list[str]
) -> None:
    """dracut leaves out all libraries, with exit status 0, if ldd fails."""
    tree = (*TREE, *(f"/usr/lib/{name}" for name in libraries), "/usr/share/libc.so.6")
    found = {**GOOD, **dict.fromkeys((f"usr/lib/{name}" for name in copied), FILE)}
    assert list(initramfs.faults(found, tree, HOOKS)) == [
        f"the initramfs lacks {name}, without which no program of it runs" for name in lost
    ]


@pytest.mark.parametrize("owners", [(32768, 0), (0, 32512)])
def test_an_owner_of_the_library_for_setuid_bits_is_reported(owners: tuple[int, int]) -> None:
    found = {**GOOD, "usr/bin/mount": Entry(newc.FILE, *owners)}
    (said,) = initramfs.faults(found, TREE, HOOKS)
    assert said.startswith(f"the initramfs has usr/bin/mount {SETUID}")


@pytest.mark.parametrize("name", BOOTS)
def test_an_initramfs_without_a_needed_file_is_reported(name: str) -> None:
    found = {path: mode for path, mode in GOOD.items() if path != name}
    end = name.rpartition("/")[2]
    (said,) = initramfs.faults(found, TREE, HOOKS)
    assert said.startswith("the initramfs lacks ")
    assert said.endswith(f"{end}, without which nothing boots")


def test_a_nearly_empty_initramfs_is_reported() -> None:
    """dracut 109 makes one, with exit status 0, if it has no PATH."""
    said = list(initramfs.faults({"init": FILE, "usr": FOLDER}, TREE, HOOKS))
    assert len(said) == len(BOOTS) - 1 + 2
    assert said[-2:] == [
        "the initramfs lacks hooks/pre-pivot/01-adduser.sh",
        "the initramfs has no kernel modules",
    ]


@pytest.mark.parametrize("lacking", ["", "usr/bin/curl", "sbin/livenetroot"])
def test_an_initramfs_for_netboot_can_fetch_the_squashfs(lacking: str) -> None:
    """dracut leaves out its module url-lib if curl is missing, and succeeds."""
    fetch = {
        "usr/bin/curl": FILE,
        "sbin/livenetroot": FILE,
        "lib/url-lib.sh": FILE,
        "var/lib/dracut/hooks/cmdline/29-parse-livenet.sh": FILE,
    }
    asked = (*TREE, "/etc/dracut.conf.d/voidgen-netboot.conf")
    found = {name: entry for name, entry in {**GOOD, **fetch}.items() if name != lacking}
    said = list(initramfs.faults(found, asked, HOOKS))
    name = f"/bin/{lacking.rpartition('/')[2]}"
    what = f"the initramfs lacks {name}, without which it cannot boot over a network"
    assert said == ([what] if lacking else [])


def test_hooks_are_read_from_mklives_dracut_module() -> None:
    stand_in = ROOT / "tests" / "stand_in_iso" / "mklive"
    assert initramfs.hooks(stand_in) == [
        "hooks/pre-pivot/01-adduser.sh",
        "hooks/pre-mount/01-install.sh",
    ]
    assert initramfs.hooks(stand_in / "dracut") == []


def test_a_missing_dracut_module_has_no_hooks(tmp_path: Path) -> None:
    text = 'chroot x /usr/bin/dracut -N \\\n  --force-add "gone" "/boot/initrd"\n'
    (tmp_path / "mklive.sh").write_text(text)
    assert initramfs.hooks(tmp_path) == []


def test_kept_changes_need_their_hook_and_its_programs(tmp_path: Path) -> None:
    """The hooks are those of the overlay's own dracut module."""
    module = ROOT / "overlay-src/persistence/files" / initramfs.PERSISTENCE
    own = initramfs.hooks_of(module)
    assert own == [
        "hooks/initqueue/settled/00-prepare-changes.sh",
        "hooks/pre-pivot/00-keep-changes.sh",
    ]
    assert initramfs.hooks_of(tmp_path) == []
    tree = (*TREE, "/usr/lib/modules/6.1_1/kernel/fs/ext4/ext4.ko.zst")
    assert list(initramfs.faults(GOOD, tree, HOOKS)) == []
    assert list(initramfs.faults(GOOD, tree, (*HOOKS, *own))) == [
        *(f"the initramfs lacks {name}" for name in (*own, "bin/e2fsck")),
        "the initramfs lacks the kernel module ext4 (Linux 6.1_1)",
    ]
    whole = {
        **GOOD,
        **{f"var/lib/dracut/{name}": FILE for name in own},
        "usr/sbin/e2fsck": FILE,
        "usr/lib/modules/6.1_1/kernel/fs/ext4/ext4.ko.zst": FILE,
    }
    assert list(initramfs.faults(whole, tree, (*HOOKS, *own))) == []
