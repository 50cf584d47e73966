"""Boots of a system with [live] persistence: what the user has changed stays.

The scripts are real. The initramfs has a stand-in: the file and the link that it leaves in /run,
and mklive's hooks on the first boot only (tests/boot/test_persistence.py has the real dracut).
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from tests.overlay import mklive
from tests.overlay.conftest import needs_root, shells
from tests.overlay.test_passwords import MADE, opens
from tests.overlay.test_session import CONF, SUDOERS, groups, lightdm, may

if TYPE_CHECKING:
    from tests.overlay.conftest import MakeRoot, Root

pytestmark = needs_root

HOSTS = "hosts: files mdns4_minimal [NOTFOUND=return] dns\n"


def boot(root: Root, state: str = "kept data", *shell: str) -> str:
    """Start live-setup with an empty /run, and return the text above the login prompt."""
    shutil.rmtree(root.path("/run"))
    root.path("/run").mkdir()
    root.path("/kept/of-the-image/changes").mkdir(parents=True, exist_ok=True)
    root.path("/run/overlayfs").symlink_to("/kept/of-the-image/changes")
    if state:
        root.write("/run/live-persistence", f"{state}\n")
    root.run(*shell, "/etc/runit/live-setup.sh")
    log = root.path("/run/live-setup/log").read_text()
    # The scratch root has no drivers for nix-gl.
    assert {*re.findall(r"(\S+): failed", log)} <= {"45-nix-gl"}, log
    return root.run("cat", "/etc/issue").stdout


def made(make_root: MakeRoot, password: str = "random") -> Root:  # noqa: S107 - a way, not a secret
    modules = ("live-password", "live-user", "nsswitch-no-mdns", "persistence", "ssh-server")
    options: dict[str, dict[str, Any]] = {
        "persistence": {"label": "data"},
        "live-password": {"password": password, "root-password": "locked"},
        "live-user": {"groups": ["audio", "games"]},
        "ssh-server": {"authorized-keys": []},
    }
    root = make_root(*modules, options=options)
    root.write("/etc/sudoers", SUDOERS, 0o440)
    root.write("/etc/nsswitch.conf", HOSTS)
    mklive.adduser(root)
    return root


@shells
def test_what_the_user_changes_stays(make_root: MakeRoot, shell: tuple[str, ...]) -> None:
    root = made(make_root)
    root.write("/etc/ssh/ssh_host_ed25519_key", "of the image")
    first = boot(root, "kept data", *shell)
    assert "Changes are kept on the partition with the label data." in first
    assert not root.path("/etc/ssh/ssh_host_ed25519_key").exists()
    assert root.path("/etc/nsswitch.conf").read_text() == "hosts: files dns\n"
    assert "games" in groups(root, "live")
    root.write("/etc/nsswitch.conf", HOSTS)
    root.write("/etc/ssh/ssh_host_ed25519_key", "of this system")
    root.run("gpasswd", "--delete", "live", "games")
    root.run("chpasswd", "-c", "SHA512", stdin="live:changed\n")
    for _ in range(2):
        banner = boot(root, "kept data", *shell)
        assert "    live  (with your password)\n" in banner
        assert opens(root, "live", "changed")
        assert root.path("/etc/nsswitch.conf").read_text() == HOSTS
        assert root.path("/etc/ssh/ssh_host_ed25519_key").read_text() == "of this system"
        assert "games" not in groups(root, "live")
        # These are made for each boot.
        assert "NOPASSWD: ALL" in may(root, "live")


def test_an_unchanged_random_password_is_another_one_at_each_boot(make_root: MakeRoot) -> None:
    root = made(make_root)
    seen = set()
    for _ in range(3):
        (password,) = re.findall(rf"    live  \(password ({MADE})\)", boot(root))
        assert opens(root, "live", password)
        seen.add(password)
    assert len(seen) == 3


def test_an_own_text_above_the_login_prompt_stays(make_root: MakeRoot) -> None:
    root = made(make_root, "none")
    boot(root)
    root.path("/etc/issue").unlink()
    root.write("/etc/issue", "mine\n")
    assert boot(root) == "mine\n"


@pytest.mark.parametrize("reason", ["there is no partition with the label data", "is full"])
def test_a_boot_without_the_changes_is_a_first_boot_and_says_why(
    make_root: MakeRoot, reason: str
) -> None:
    root = made(make_root)
    boot(root)
    # The root is without the changes then.
    root.write("/etc/nsswitch.conf", HOSTS)
    banner = boot(root, f"lost {reason}")
    assert f"Changes are lost at shutdown: {reason}." in banner
    assert root.path("/etc/nsswitch.conf").read_text() == "hosts: files dns\n"


def test_other_boot_menu_entries_do_not_mention_changes(make_root: MakeRoot) -> None:
    assert "Changes" not in boot(made(make_root), "")


def test_lightdm_logs_the_live_user_in_at_each_boot(make_root: MakeRoot) -> None:
    options = {"lightdm-live": {"session": "xfce"}, "persistence": {"label": "data"}}
    root = make_root("xfce-live", "persistence", options=options)
    root.write("/etc/sudoers", SUDOERS, 0o440)
    mklive.adduser(root)
    mklive.autologin(root)
    for _ in range(3):
        boot(root)
        assert lightdm(root)["autologin-user"] == "live"
        with root.path(CONF).open("a") as stream:
            stream.write("# mine\n")
    assert root.path(CONF).read_text().count("# mine\n") == 3
