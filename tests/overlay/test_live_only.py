"""Settings that only a live system may have (docs/contributing/live-system-tests.md, 15).

The tests boot a live system, copy it as void-installer does, and boot the copy.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.overlay import mklive
from tests.overlay.conftest import Root, needs_root
from tests.overlay.test_boot import void, words
from tests.overlay.test_gpu import machine
from tests.overlay.test_session import SUDOERS, lightdm, may

if TYPE_CHECKING:
    from tests.overlay.conftest import MakeRoot

pytestmark = needs_root

LIVE = """
/etc/runit/live-setup.sh >&2
exec tar --create --one-file-system --xattrs --exclude=/usr --file=- /
"""
"""The boot and void-installer's copy; /usr is left out because it is this machine's."""

REMOVALS = """
. /etc/default/live.conf
rm -f /etc/motd /etc/issue /usr/local/sbin/void-installer /etc/sddm.conf
userdel -r "$USERNAME"
rm -f /etc/sudoers.d/99-void-live /etc/polkit-1/rules.d/void-live.rules
useradd -m -G sudo anna
echo '%sudo ALL=(ALL:ALL) ALL' > /etc/sudoers.d/wheel
"""
"""What void-installer does to the copy then (wheel is Debian's sudo)."""


@pytest.fixture
def live(make_root: MakeRoot) -> Root:
    """The root of a live system after the initramfs."""
    root = make_root("cinnamon-live")
    root.write("/etc/sudoers", SUDOERS, 0o440)
    root.write("/etc/lightdm/Xsession", "#!/bin/sh\n", 0o755)
    root.write("/etc/runit/runsvdir/single/.keep", "")
    mklive.adduser(root)
    mklive.autologin(root)
    machine(root, "virtio")
    return root


def install(live: Root, folder: Path) -> Root:
    """Boot a copy of ``live`` as its own root, with a tmpfs at /run, and install from it."""
    booted, installed = folder / "booted", folder / "installed"
    subprocess.run(["cp", "-a", str(live.folder), str(booted)], check=True)
    (booted / "run").rename(folder / "run")
    cmdline = folder / "cmdline"
    cmdline.write_text(live.cmdline)
    argv = [
        "bwrap", "--die-with-parent", "--unshare-pid", "--clearenv",
        "--setenv", "PATH", "/usr/bin:/usr/sbin",
        "--bind", str(booted), "/", "--ro-bind", "/usr", "/usr",
        "--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin",
        "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
        "--tmpfs", "/run", "--dev", "/dev", "--proc", "/proc",
        "--ro-bind", str(cmdline), "/proc/cmdline", "--", "sh", "-c", LIVE,
    ]  # fmt: skip
    done = subprocess.run(argv, capture_output=True, check=True)
    installed.mkdir()
    tar = ["tar", "--extract", "--xattrs", "--preserve-permissions", "-C", str(installed)]
    subprocess.run(tar, input=done.stdout, check=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (installed / name).unlink()
    subprocess.run(["cp", "-a", str(booted / "usr"), str(installed)], check=True)
    root = Root(installed)
    root.run("sh", "-euc", REMOVALS)
    return root


def trusted(root: Root) -> str:
    """Return the users whom the real Nix trusts."""
    command = ("nix", "--extra-experimental-features", "nix-command", "show-config")
    settings = root.run(*command).stdout
    return "".join(re.findall(r"^trusted-users = (.*)$", settings, re.MULTILINE))


def mentions(root: Root, text: str, below: str = "/") -> list[str]:
    """Return the root's files and links that contain ``text``."""
    found = []
    for folder, _, names in os.walk(root.path(below)):
        for path in (Path(folder, name) for name in names):
            if path.is_symlink():
                data = os.fsencode(path.readlink())
            elif path.is_file():
                data = path.read_bytes()
            else:
                continue
            if text.encode() in data:
                found.append(str(path.relative_to(root.folder)))
    return found


def test_the_live_system_has_sudo_autologin_and_a_trusted_user(live: Root) -> None:
    live.run("/etc/runit/live-setup.sh")
    assert "NOPASSWD: ALL" in may(live, "live")
    assert lightdm(live)["autologin-user"] == "live"
    assert trusted(live) == "root live"
    assert "LIBGL_ALWAYS_SOFTWARE" in live.run("cat", "/etc/profile.d/live-env.sh").stdout


def test_a_copy_has_no_setting_of_the_live_system(live: Root, tmp_path: Path) -> None:
    installed = install(live, tmp_path)
    assert installed.run("id", "live", check=False).returncode == 1
    assert may(installed, "anna").endswith("    (ALL : ALL) ALL\n")
    assert not mentions(installed, "NOPASSWD", "/etc/sudoers.d")
    assert not {key for key in lightdm(installed) if key.startswith(("autologin", "user-session"))}
    assert trusted(installed) == "root"
    assert not mentions(installed, "/home/live")
    assert not installed.path("/run/live-setup").exists()
    for name in ("/etc/profile.d/live-env.sh", "/etc/X11/xorg.conf.d/20-gpu.conf"):
        assert not installed.run("cat", name, check=False).stdout


def test_a_copy_boots_like_void(live: Root, tmp_path: Path) -> None:
    installed = install(live, tmp_path)
    installed.cmdline = "BOOT_IMAGE=/boot/vmlinuz root=UUID=1 ro"
    void(installed)
    before = {path: path.lstat().st_mtime_ns for path in installed.path("/etc").rglob("*")}
    done = installed.run("/etc/runit/2")
    assert (done.stdout, done.stderr) == ("", "")
    assert words(installed, "/run/runsvdir.argv")[2:4] == ["-P", "/run/runit/runsvdir/current"]
    assert not installed.path("/run/live-setup").exists()
    assert {path: path.lstat().st_mtime_ns for path in installed.path("/etc").rglob("*")} == before
