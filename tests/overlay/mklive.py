"""Stand-ins for mklive's dracut hooks, which change the root before runit starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.overlay.conftest import Root

AUTOLOGIN = {
    r"^#(autologin-user=).*": "{user}",
    r"^#(autologin-user-timeout=).*": "0",
    r"^#(autologin-session=).*": "{session}",
    r"^#(user-session=).*": "{session}",
}
"""What display-manager-autologin.sh uncomments, and what it writes there."""


def adduser(root: Root, user: str = "live") -> None:
    """Do what adduser.sh does: add a user with groups and password, and a sudoers file.

    In the initramfs, nothing is mounted below the new root, and the hook ignores failures.
    """
    root.has_proc = False
    command = ("useradd", "-m", "-c", user, "-G", "audio,video,sudo", "-s", "/bin/bash", user)
    root.run(*command, check=False)
    for name in ("root", user):
        root.run("chpasswd", "-c", "SHA512", stdin=f"{name}:voidlinux\n")
    root.has_proc = True
    root.write("/etc/sudoers.d/99-void-live", f"{user} ALL=(ALL:ALL) NOPASSWD: ALL\n")
    root.write("/etc/default/live.conf", f"USERNAME={user}\n")


def autologin(root: Root, user: str = "live") -> None:
    """Do what display-manager-autologin.sh does for LightDM."""
    conf = root.path("/etc/lightdm/lightdm.conf")
    # The hook has $(cat FILE) in sed's replacement: final newlines vanish, others break sed.
    session = root.path("/etc/lightdm/.session").read_text().rstrip("\n")
    assert not set(session) & set("\n|&\\"), session
    text = conf.read_text()
    for line, value in AUTOLOGIN.items():
        text = re.sub(
            line, rf"\g<1>{value.format(user=user, session=session)}", text, flags=re.MULTILINE
        )
    conf.write_text(text)


def sddm(root: Root, user: str = "live") -> None:
    """Do what display-manager-autologin.sh does for SDDM, whatever the desktop is."""
    root.write("/etc/sddm.conf", f"[Autologin]\nUser={user}\nSession=plasma.desktop\n")
