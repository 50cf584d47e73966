"""mklive's own adduser.sh, with dracut's functions, makes the user of voidgen.toml."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.overlay.conftest import needs_root
from tests.overlay.test_session import SUDOERS, groups, run_part

if TYPE_CHECKING:
    from tests.overlay.conftest import MakeRoot, Root

pytestmark = [needs_root, pytest.mark.hooks]

DRACUT = Path("/usr/lib/dracut/modules.d/99base")


def hook(root: Root, user: str) -> None:
    """Run the hook as the initramfs does, but with the root tree at /."""
    script = subprocess.run(
        ["git", "show", "HEAD:dracut/vmklive/adduser.sh"],
        cwd=os.environ["VOIDGEN_MKLIVE"], capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    root.write("/etc/adduser.sh", script)
    for name in ("dracut-lib.sh", "dracut-dev-lib.sh"):
        root.write(
            f"/etc/{name}", (DRACUT / name).read_text().replace(" /lib/dracut", " /etc/dracut")
        )
    programs = root.path("/usr/local/bin")
    programs.mkdir(parents=True, exist_ok=True)
    (programs / "dracut-getarg").symlink_to("/usr/lib/dracut/dracut-util")
    for folder in ("/etc/sudoers.d", "/etc/default", "/home"):
        root.path(folder).mkdir(parents=True, exist_ok=True)
    script = ". /etc/dracut-lib.sh; . /etc/adduser.sh"
    # Its last command's status says nothing.
    root.run("sh", "-c", script, env={"NEWROOT": "/"}, check=False)
    assert root.run("id", "-un", user).stdout.strip() == user


@pytest.mark.parametrize("shell", ["/bin/dash", "/usr/bin/sh"])
def test_the_hook_gives_the_user_the_shell_and_live_setup_the_groups(
    make_root: MakeRoot, shell: str
) -> None:
    root = make_root("live-user", image={"user-shell": shell, "groups": ["audio", "games"]})
    root.write("/etc/sudoers", SUDOERS, 0o440)
    root.write("/etc/shells", f"/bin/sh\n{shell}\n")
    root.run("groupadd", "wheel")
    root.cmdline += f" live.shell={shell}"
    hook(root, "live")
    assert root.run("getent", "passwd", "live").stdout.strip().endswith(f":/home/live:{shell}")
    assert {"audio", "video", "wheel"} < groups(root, "live")
    for part in ("10-user", "11-groups"):
        run_part(root, part, "live")
    assert groups(root, "live") == {"live", "audio", "games"}
    assert root.path("/etc/shells").read_text() == f"/bin/sh\n{shell}\n"
