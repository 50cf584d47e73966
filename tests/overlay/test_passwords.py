"""[live] password: set by the real usermod and chpasswd, and tried by PAM's own helper."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.overlay import mklive
from tests.overlay.conftest import needs_root, shells
from tests.overlay.test_session import run_part

if TYPE_CHECKING:
    from tests.overlay.conftest import MakeRoot, Root

pytestmark = needs_root

WELL_KNOWN = "voidlinux"
MADE = r"[a-km-np-z2-9]{12}"


def opens(root: Root, user: str, password: str) -> bool:
    """Return whether ``password`` logs ``user`` in (unix_chkpwd(8), of pam_unix)."""
    command = ("/usr/sbin/unix_chkpwd", user, "nullok")
    return root.run(*command, stdin=f"{password}\0", check=False).returncode == 0


def started(make_root: MakeRoot, password: str, of_root: str, *shell: str) -> Root:
    options = {"live-password": {"password": password, "root-password": of_root}}
    root = make_root("live-password", options=options)
    mklive.adduser(root)
    for user in ("live", "root"):
        assert opens(root, user, WELL_KNOWN)
    run_part(root, "04-password", "live", *shell)
    run_part(root, "07-issue", "live", *shell)
    return root


def hashed(password: str) -> str:
    command = ["openssl", "passwd", "-6", "-stdin"]
    done = subprocess.run(command, input=password, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@shells
def test_a_random_password_is_in_the_banner(make_root: MakeRoot, shell: tuple[str, ...]) -> None:
    root = started(make_root, "random", "random", *shell)
    banner = root.run("cat", "/etc/issue").stdout
    shown = re.findall(rf"^    (\S+)  \(password ({MADE})\)$", banner, re.MULTILINE)
    assert [name for name, _ in shown] == ["live", "root"]
    for name, password in shown:
        assert opens(root, name, password)
        assert not opens(root, name, WELL_KNOWN)
    # Only root may read it: agetty, which shows it, is root.
    assert root.path("/run/live-setup/issue").stat().st_mode & 0o777 == 0o600
    assert root.path("/run/live-setup/logins").stat().st_mode & 0o777 == 0o600


def test_each_boot_has_its_own_random_password(make_root: MakeRoot) -> None:
    banners = {started(make_root, "random", "locked").run("cat", "/etc/issue").stdout for _ in "ab"}
    assert len(banners) == 2


@shells
def test_no_password_is_needed(make_root: MakeRoot, shell: tuple[str, ...]) -> None:
    root = started(make_root, "none", "none", *shell)
    for user in ("live", "root"):
        assert opens(root, user, "")
    assert "    live  (no password)\n" in root.run("cat", "/etc/issue").stdout


def test_a_locked_root_is_not_in_the_banner(make_root: MakeRoot) -> None:
    root = started(make_root, WELL_KNOWN, "locked")
    assert opens(root, "live", WELL_KNOWN)
    assert not any(opens(root, "root", word) for word in ("", WELL_KNOWN, "*"))
    banner = root.run("cat", "/etc/issue").stdout
    assert "    live  (password voidlinux)\n" in banner
    assert "root" not in banner


def test_a_hash_is_that_of_the_password(make_root: MakeRoot) -> None:
    root = started(make_root, hashed("ä longer one"), hashed("of root"))
    assert opens(root, "live", "ä longer one")
    assert opens(root, "root", "of root")
    assert not opens(root, "root", WELL_KNOWN)
    banner = root.run("cat", "/etc/issue").stdout
    assert "    live  (with its password)\n" in banner


@pytest.mark.parametrize("program", ["chpasswd", "tr"])
def test_the_accounts_are_locked_if_setting_a_password_fails(
    make_root: MakeRoot, program: str
) -> None:
    options = {"live-password": {"password": "random", "root-password": "random"}}
    root = make_root("live-password", options=options)
    mklive.adduser(root)
    root.write(f"/usr/bin/{program}", "#!/bin/sh\nexit 1\n", 0o755)
    root.write(f"/usr/sbin/{program}", "#!/bin/sh\nexit 1\n", 0o755)
    assert run_part(root, "04-password", "live", check=False).returncode
    for user in ("live", "root"):
        assert not any(opens(root, user, word) for word in ("", WELL_KNOWN))
    run_part(root, "07-issue", "live")
    assert "voidlinux" not in root.run("cat", "/etc/issue").stdout
