"""[live] persistence: a stick that is started several times, with the real dracut's initramfs.

tests/overlay/test_persistence_hooks.py tries more states of the partition, without a machine.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import evolve, frozen
from tests.boot import image, stick

from voidgen.plan.boot_menu import overlay
from voidgen.plan.job_format import IMAGE
from voidgen.write import persistence
from voidgen.write.persistence import MIB, Partition

pytestmark = pytest.mark.slow

LIVE = '[live]\npersistence = "kept"\npassword = "none"\n'
FOLDER = "/of-the-image"
PARAMETERS = (
    *("rd.live.overlay.overlayfs=1", "rd.luks=0", "rd.md=0", "rd.dm=0", "init=/usr/sbin/runit"),
    *(word.replace(IMAGE, FOLDER[1:]) for word in overlay("kept")),
)
UNUSED, RESET = b"unused=______________", b"rd.live.overlay.reset"
"""A word of the ISO's kernel command line, and one that a user types in its place."""
SERVICE = "/etc/runit/runsvdir/default/ticker"
VOLUME = "OTHER_LABEL"
UEFI = ("-eltorito-alt-boot", "-e", "boot/efiboot.img", "-isohybrid-gpt-basdat", "-no-emul-boot")
"""mklive's ISO has a partition for UEFI, and a GPT beside the MBR."""
PACKAGE = """
let mine = "$out/bin/mine";
in derivation {
  name = "mine";
  system = builtins.currentSystem;
  builder = "/bin/sh";
  args = [ "-c" "/bin/mkdir -p $out/bin; echo 'echo installed' > ${mine}; /bin/chmod +x ${mine}" ];
}
"""
ADD = "nix profile install --impure --option substitute false --expr 'import /home/live/mine.nix'"
"""Nix 2.20 and later call it `nix profile add`, too."""
DPKG = """
mkdir -p tool/DEBIAN tool/usr/bin
cat > tool/DEBIAN/control << 'END'
Package: tool
Version: 1
Architecture: all
Maintainer: nobody
Description: a tool
END
echo 'echo of a package' > tool/usr/bin/tool
chmod +x tool/usr/bin/tool
dpkg-deb --build tool > /dev/null
dpkg --force-all --install tool.deb
"""
"""dpkg stands in for XBPS: it, too, has a database and writes below /usr and /var."""


@frozen
class Stick:
    """A stick with an ISO, and behind it the partition that `voidgen write` makes."""

    file: Path
    partition: Partition

    def copy(self, folder: Path) -> "Stick":
        subprocess.run(["cp", "--sparse=always", self.file, folder / "stick"], check=True)
        return evolve(self, file=folder / "stick")

    @property
    def place(self) -> str:
        """Return the partition, as programs of e2fsprogs name it."""
        return f"{self.file}?offset={self.partition.start}"

    def debugfs(self, *commands: str) -> None:
        for one in commands:
            words = ["debugfs", "-w", "-R", one, self.place]
            subprocess.run(words, check=True, capture_output=True)

    def overwrite(self, offset: int, data: bytes) -> None:
        """Write ``data`` at ``offset`` of the partition."""
        with self.file.open("r+b") as stream:
            stream.seek(self.partition.start + offset)
            stream.write(data)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stick]:
    """A stick that nobody has started yet."""
    folder = tmp_path_factory.mktemp("stick")
    made = image.with_dracut(image.with_tables(LIVE, folder / "work"), folder / "dracut")
    words = made.snapshot()["plan"]["image"]["cmdline"]
    (made.folder / "boot/efiboot.img").write_bytes(bytes(MIB))
    file = made.iso(
        folder / "stick", cmdline=(*words, *PARAMETERS, UNUSED.decode()), label=VOLUME, more=UEFI
    )
    shutil.rmtree(folder / "work")
    shutil.rmtree(folder / "dracut")
    length = file.stat().st_size
    size = length + 300 * MIB
    os.truncate(file, size)
    partition = persistence.place(length, size, None, "kept")
    descriptor = os.open(file, os.O_RDWR)
    try:
        persistence.add(partition, file, descriptor)
    finally:
        os.close(descriptor)
    yield Stick(file, partition)
    shutil.rmtree(folder)


def test_changes_survive_power_cuts(written: Stick, folder: Path) -> None:
    """mklive's hooks and live-setup run at each boot, and could undo the changes."""
    disk = written.copy(folder).file
    with stick.session(disk) as session:
        assert session.run("cat /run/live-persistence") == "kept kept"
        assert "Changes are kept on the partition with the label kept." in session.printed
        place = session.run("readlink -f /run/overlayfs/..")
        assert place == f"/run/initramfs/overlayfs{FOLDER}"
        session.run("echo mine > /root/file && echo mine > /etc/hostname")
        session.run("echo '# mine' >> /etc/nsswitch.conf")
        session.run(f"rm {SERVICE}")
        session.run("echo live:changed | chpasswd -c SHA512")
        session.run(DPKG)
        session.run(f"echo {shlex.quote(PACKAGE)} > /home/live/mine.nix")
        session.run(f"su - live -c {shlex.quote(ADD)}")
        hashed = session.run("getent shadow live")
        session.run("sync")
    with stick.session(disk) as session:
        assert session.run("cat /run/live-persistence") == "kept kept"
        assert session.run("hostname && cat /root/file /etc/hostname") == "mine\nmine\nmine"
        assert session.run("tail -n 1 /etc/nsswitch.conf") == "# mine"
        assert session.run(f"ls {SERVICE} || true") == ""
        assert session.run("getent shadow live") == hashed
        assert "    live  (with your password)" in session.printed
        assert session.run("tool && dpkg-query --show --showformat '${Status}' tool") == (
            "of a package\ninstall ok installed"
        )
        assert session.run("su - live -c mine") == "installed"
        assert "-mine" in session.run("su - live -c 'nix profile list'")
        # Nix's database knows the image's paths and the user's.
        session.run("su - live -c 'nix-store --query --requisites ~/.nix-profile'")
        wrong = "nix-store --verify 2>&1 | grep -i -e disappeared -e error || true"
        assert session.run(wrong) == ""
        session.run("cat /run/live-setup/sudoers && nix-collect-garbage && su - live -c mine")
    data = disk.read_bytes()
    assert data.count(UNUSED) == 1
    with disk.open("r+b") as stream:
        stream.seek(data.index(UNUSED))
        stream.write(RESET)
    with stick.session(disk) as session:
        assert session.run("cat /run/live-persistence") == "kept kept"
        assert session.run("hostname && ls /root") == "of-the-overlay"
        assert session.run("command -v tool; su - live -c 'command -v mine'; true") == ""


def remove(disk: Stick) -> None:
    """Remove the partition, as on a stick that `dd` wrote."""
    with disk.file.open("r+b") as stream:
        for offset in persistence.TABLE[1:]:
            stream.seek(offset)
            stream.write(bytes(16))
    disk.overwrite(0, bytes(MIB))


def put_fat(disk: Stick) -> None:
    disk.overwrite(0, bytes(MIB))
    made = disk.file.with_name("fat")
    os.truncate(os.open(made, os.O_CREAT | os.O_RDWR), 64 * MIB)
    subprocess.run(["mkfs.vfat", "-n", "kept", made], check=True, capture_output=True)
    disk.overwrite(0, made.read_bytes())
    made.unlink()


def fill(disk: Stick) -> None:
    made = disk.file.with_name("large")
    made.write_bytes(b"x" * 400 * MIB)
    # debugfs ends at the last free block.
    words = ["debugfs", "-w", "-R", f"write {made} large", disk.place]
    subprocess.run(words, check=False, capture_output=True)
    made.unlink()
    assert b"Free blocks:              0\n" in subprocess.run(
        ["dumpe2fs", "-h", disk.place], check=True, capture_output=True
    ).stdout  # fmt: skip


def half_an_overlay(disk: Stick) -> None:
    """Make the overlay's working folder immutable: no overlay can be mounted with it."""
    disk.debugfs(f"mkdir {FOLDER}", f"mkdir {FOLDER}/changes", f"mkdir {FOLDER}/ovlwork")
    disk.debugfs(f"set_inode_field {FOLDER}/ovlwork flags 0x80010")


def spoil(disk: Stick) -> None:
    """Overwrite what comes after the superblock: group descriptors, bitmaps, inodes."""
    disk.overwrite(4096, b"?" * MIB)


DAMAGE: dict[str, tuple[Callable[[Stick], None], str]] = {
    "none": (remove, "there is no partition with the label kept"),
    "FAT": (put_fat, "/dev/disk/by-label/kept has no ext4 file system, but vfat"),
    "full": (fill, "/dev/disk/by-label/kept cannot be written to, or is full"),
    "half": (half_an_overlay, "the changes on /dev/disk/by-label/kept are damaged, or the"),
    "zeros": (lambda disk: disk.overwrite(0, bytes(MIB)), "there is no partition with the label"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_does_not_stop_the_boot(written: Stick, folder: Path, kind: str) -> None:
    disk = written.copy(folder)
    damage, reason = DAMAGE[kind]
    damage(disk)
    with stick.session(disk.file) as session:
        assert session.run("cat /run/live-persistence").startswith(f"lost {reason}")
        assert f"Changes are lost at shutdown: {reason}" in session.printed
        assert session.run("hostname; ls /root") == "of-the-overlay"
        session.run("echo mine > /root/file && su - live -c 'nix --version'")
        # Whoever repairs the partition finds it free.
        assert session.run("findmnt --source LABEL=kept || true") == ""


def test_what_e2fsck_can_repair_is_used(written: Stick, folder: Path) -> None:
    disk = written.copy(folder)
    spoil(disk)
    with stick.session(disk.file) as session:
        assert session.run("cat /run/live-persistence") == "kept kept"
