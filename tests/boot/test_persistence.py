"""[live] persistence: a stick that is started several times, with the real dracut's initramfs."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from tests.boot import image, stick

from voidgen.write import persistence

LIVE = '[live]\npersistence = "kept"\npassword = "none"\n'
FOLDER = "/of-the-image"
PLACE = f"rd.live.overlay=LABEL=kept:{FOLDER}/changes"
PARAMETERS = (
    *("rd.live.overlay.overlayfs=1", "rd.luks=0", "rd.md=0", "rd.dm=0", "init=/usr/sbin/runit"),
    *(PLACE, "rd.live.overlay.nouserconfirmprompt"),
)
PACKAGE = """
let mine = "$out/bin/mine";
in derivation {
  name = "mine";
  system = builtins.currentSystem;
  builder = "/bin/sh";
  args = [ "-c" "/bin/mkdir -p $out/bin; echo 'echo installed' > ${mine}; /bin/chmod +x ${mine}" ];
}
"""
INSTALL = (
    "nix profile install --impure --option substitute false --expr 'import /home/live/mine.nix'"
)


@pytest.fixture
def disk(folder: Path) -> Path:
    """A stick with the ISO, and behind it the partition that `voidgen write` makes."""
    made = image.with_dracut(image.with_tables(LIVE, folder / "work"), folder / "dracut")
    words = made.snapshot()["plan"]["image"]["cmdline"]
    file = made.iso(folder / "stick", cmdline=(*words, *PARAMETERS))
    length = file.stat().st_size
    os.truncate(file, 1 << 30)
    partition = persistence.place(length, 1 << 30, None, "kept")
    descriptor = os.open(file, os.O_RDWR)
    try:
        persistence.add(partition, file, descriptor)
    finally:
        os.close(descriptor)
    return file


@pytest.mark.slow
def test_changes_survive_power_cuts_and_damage_does_not_stop_the_boot(disk: Path) -> None:
    """mklive's hooks and live-setup run at each boot, and could undo the changes."""
    with stick.session(disk) as session:
        assert session.run("cat /run/live-persistence") == "kept kept"
        assert "Changes are kept on the partition with the label kept." in session.printed
        session.run("echo mine > /root/file && echo mine > /etc/hostname")
        session.run("echo '# mine' >> /etc/nsswitch.conf")
        session.run("echo live:changed | chpasswd -c SHA512")
        session.run(f"echo {shlex.quote(PACKAGE)} > /home/live/mine.nix")
        session.run(f"su - live -c {shlex.quote(INSTALL)}")
        hashed = session.run("getent shadow live")
        session.run("sync")
    with stick.session(disk) as session:
        assert session.run("cat /run/live-persistence") == "kept kept"
        assert session.run("hostname && cat /root/file /etc/hostname") == "mine\nmine\nmine"
        assert session.run("tail -n 1 /etc/nsswitch.conf") == "# mine"
        assert session.run("getent shadow live") == hashed
        assert "    live  (with your password)" in session.printed
        assert session.run("su - live -c mine") == "installed"
        assert "-mine" in session.run("su - live -c 'nix profile list'")
        # Nix's database knows the image's paths and the user's.
        session.run("su - live -c 'nix-store --query --requisites ~/.nix-profile'")
        session.run("cat /run/live-setup/sudoers && nix-collect-garbage && su - live -c mine")
    damage(disk)
    with stick.session(disk) as session:
        assert session.run("cat /run/live-persistence").startswith("lost ")
        assert "Changes are lost at shutdown: " in session.printed
        assert session.run("hostname; ls /root") == "of-the-overlay"


def damage(disk: Path) -> None:
    """Make the overlay's working folder immutable, which no overlay can be mounted with."""
    with disk.open("rb") as stream:
        stream.seek(446 + 2 * 16 + 8)
        start = int.from_bytes(stream.read(4), "little") * 512
    place = f"{disk}?offset={start}"
    # Status 1: errors were repaired.
    assert subprocess.run(["e2fsck", "-p", place], check=False).returncode <= 1
    immutable = f"set_inode_field {FOLDER}/ovlwork flags 0x80010"
    subprocess.run(["debugfs", "-w", "-R", immutable, place], check=True)
