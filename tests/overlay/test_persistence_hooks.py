"""The module persistence's hooks in the initramfs: no state of the partition stops the boot.

File systems, overlays and mounts are real, on loop devices in a mount namespace. The functions of
dracut that the hooks call have stand-ins. tests/boot/test_persistence.py has the real dracut.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.integration.offline import ROOT
from tests.overlay.conftest import needs_root

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = needs_root

HOOKS = ROOT / "overlay-src/persistence/files/usr/lib/dracut/modules.d/70live-persistence"
FOLDER = "/of-the-image"
WORK = f"{FOLDER}/ovlwork/work"
"""Where overlayfs prepares changes."""
BOOT = r"""
set -eu
work=$1 hooks=$2 device=$3 more=$4
mkdir "$work/dev"
mount --rbind /dev "$work/dev"
mount -t tmpfs tmpfs /dev
ln -s "$work"/dev/* /dev
rm -f /dev/disk
mkdir -p /dev/disk/by-label
[ -z "$device" ] || ln -s "$work$device" /dev/disk/by-label/kept
mount -t tmpfs tmpfs /run
: > "$work/kmsg"
ln -sf "$work/kmsg" /dev/kmsg

# Stand-ins for dracut-lib.sh.
getarg() {
	[ "$1" = rd.live.overlay ] && echo LABEL=kept:/of-the-image/changes
}
getargbool() {
	[ "$2" = "$more" ]
}
warn() {
	echo "warn: $*"
}
sleep() {
	:
}
root=live:/dev/zero hookdir=/run/hooks
mkdir -p $hookdir/pre-pivot
echo anon > $hookdir/pre-pivot/01-adduser.sh

set +eu
. "$hooks/prepare-changes.sh"
set -eu
# As dmsquash-live-root.sh does (dracut 059 to 112).
mkdir -p /run/initramfs/overlayfs
if mounted=$(findmnt -e -v -n -o TARGET --source LABEL=kept); then
	mount --bind "$mounted" /run/initramfs/overlayfs
else
	mount -n -t auto LABEL=kept /run/initramfs/overlayfs 2> /dev/null || :
fi
if [ -d /run/initramfs/overlayfs/of-the-image/changes ] &&
	[ -d /run/initramfs/overlayfs/of-the-image/changes/../ovlwork ]; then
	upper=/run/initramfs/overlayfs/of-the-image/changes
	work=/run/initramfs/overlayfs/of-the-image/ovlwork
else
	mkdir /run/memory /run/memory/upper /run/memory/work
	upper=/run/memory/upper work=/run/memory/work
fi
ln -s "$upper" /run/overlayfs
mkdir -p /run/lower /run/sysroot
mount -t overlay -o "lowerdir=/run/lower,upperdir=$upper,workdir=$work" overlay /run/sysroot
set +eu
. "$hooks/keep-changes.sh"
set -eu
[ -s $hookdir/pre-pivot/01-adduser.sh ] && echo "hook: as mklive's" || echo 'hook: empty'
cat /run/sysroot/file 2> /dev/null || echo 'file: none'
echo changed > /run/sysroot/file
read -r state reason < /run/live-persistence
if [ "$state" = kept ]; then
	mkdir -p /run/overlayfs/../live-setup
	: > /run/overlayfs/../live-setup/done
fi
echo "$state $reason" | sed "s|$work||; s|/dev/disk/by-label/||"
"""


def said(*words: object, accept: int = 0) -> str:
    done = subprocess.run(
        [str(one) for one in words], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode <= accept, f"{words}\n{done.stdout}{done.stderr}"
    return done.stdout


def boot(disk: Path | None, more: str = "", *, writable: bool = True) -> list[str]:
    """Return what the hooks and the boot print with ``disk`` as the partition."""
    folder = Path(said("mktemp", "-d").strip())
    device = ""
    if disk:
        options = () if writable else ("--read-only",)
        device = said("losetup", "--find", "--show", *options, disk).strip()
    try:
        inside = ("unshare", "--mount", "--propagation", "private", "dash", "-c", BOOT, "boot")
        return said(*inside, folder, HOOKS, device, more).splitlines()
    finally:
        if device:
            said("losetup", "--detach", device)
        said("rm", "-r", folder)


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A partition as `voidgen write --persistence` makes it."""
    file = tmp_path / "disk"
    said("truncate", "-s", "16M", file)
    said("mkfs.ext4", "-q", "-F", "-m", "1", "-L", "kept", file)
    return file


FIRST = ["hook: as mklive's", "file: none", "kept kept"]
LATER = ["hook: empty", "changed", "kept kept"]


def test_later_boots_have_the_changes_and_keep_what_mklives_hooks_would_replace(disk: Path) -> None:
    assert boot(disk) == FIRST
    assert boot(disk) == LATER
    assert boot(disk) == LATER
    said("e2fsck", "-n", "-f", disk)


def test_rd_live_overlay_reset_is_a_first_boot(disk: Path) -> None:
    """dracut itself removes the changes when it mounts the overlay."""
    boot(disk)
    assert boot(disk, "rd.live.overlay.reset")[0] == FIRST[0]


def mounted(disk: Path, script: str) -> None:
    """Run ``script`` in the mounted partition, and unmount it."""
    inside = f'mount -o loop "$1" /mnt && cd /mnt && {script} && cd / && umount /mnt'
    said("unshare", "--mount", "--propagation", "private", "bash", "-c", inside, "bash", disk)


def power_cut(disk: Path) -> None:
    """Leave a journal to replay, and a change that is only there."""
    mounted(disk, f'echo cut > other && sync && cp "{disk}" "{disk}.cut" && rm other')
    disk.with_name("disk.cut").replace(disk)
    assert "needs_recovery" in said("dumpe2fs", "-h", disk)


def debugfs(*commands: str) -> Callable[[Path], None]:
    def damage(disk: Path) -> None:
        for one in commands:
            said("debugfs", "-w", "-R", one, disk)

    return damage


def overwrite(offset: int, data: bytes) -> Callable[[Path], None]:
    def damage(disk: Path) -> None:
        with disk.open("r+b") as stream:
            stream.seek(offset)
            stream.write(data)

    return damage


def fill(disk: Path) -> None:
    mounted(disk, "{ for i in 1 2 3; do cat /dev/zero > zero$i; sync; done; true; } 2> /dev/null")


def replace_folder(disk: Path) -> None:
    mounted(disk, f"rm -r .{FOLDER} && echo > .{FOLDER}")


def other(*words: str) -> Callable[[Path], None]:
    """Return a function that puts the file system of ``words`` into the partition."""

    def damage(disk: Path) -> None:
        overwrite(0, bytes(1 << 20))(disk)
        said(*words, disk)

    return damage


@pytest.mark.parametrize(
    "damage",
    [
        power_cut,
        debugfs("set_block_group 0 checksum 0", "freeb 100 500", "dirty"),
        debugfs("clri /lost+found", "dirty"),
        # The working folder of a boot that was cut off.
        debugfs(f"mkdir {WORK}", f"write /etc/passwd {WORK}/half"),
        # Of another image, or of an earlier build of this one.
        debugfs("mkdir /another", "mkdir /another/changes"),
    ],
    ids=["power cut", "bitmaps", "inode", "overlay", "image"],
)
def test_repaired(disk: Path, damage: Callable[[Path], None]) -> None:
    boot(disk)
    damage(disk)
    assert boot(disk) == LATER
    said("e2fsck", "-n", "-f", disk)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (fill, "the changes on kept are damaged, or the partition is full"),
        (debugfs(f"set_inode_field {FOLDER}/ovlwork flags 0x80010"), "are damaged, or the"),
        (replace_folder, "kept cannot be written to, or is full"),
        (overwrite(1024, bytes(1024)), "kept has no ext4 file system"),
        (debugfs("set_super_value feature_incompat 0x800002c2"), "e2fsck cannot repair kept"),
        (other("mkfs.vfat", "-n", "kept"), "kept has no ext4 file system, but vfat"),
        (other("mkswap", "-L", "kept"), "kept has no ext4 file system, but swap"),
    ],
    ids=["full", "immutable", "no folder", "superblock", "feature", "FAT", "swap"],
)
def test_lost(disk: Path, damage: Callable[[Path], None], reason: str) -> None:
    boot(disk)
    damage(disk)
    found = boot(disk)
    assert found[-3:-1] == FIRST[:2]
    assert found[-1].startswith("lost ")
    assert reason in found[-1]


def test_a_write_protected_stick_starts_without_the_changes(disk: Path) -> None:
    boot(disk)
    assert boot(disk, writable=False)[-1] == "lost kept is write-protected"


def test_without_a_partition_changes_are_lost() -> None:
    reason = "there is no partition with the label kept"
    assert boot(None) == [f"warn: changes are not kept: {reason}", *FIRST[:2], f"lost {reason}"]
