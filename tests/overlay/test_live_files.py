"""Files that mklive's hooks write into a live system, and that the overlay overrides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.overlay import mklive
from tests.overlay.conftest import needs_root, shells
from tests.overlay.test_session import SUDOERS, run_part

if TYPE_CHECKING:
    from pathlib import Path

    from tests.overlay.conftest import MakeRoot, Root

pytestmark = needs_root

FILES = {
    "/etc/hostname": "of-the-overlay\n",
    "/etc/locale.conf": "LANG=en_US.UTF-8\nLC_TIME=de_CH.UTF-8\n",
    "/etc/sddm.conf": "[Theme]\nCurrent=breeze\n",
    "/etc/sudoers.d/99-void-live": "%wheel ALL=(ALL:ALL) ALL\n",
    "/etc/polkit-1/rules.d/void-live.rules": "// nothing\n",
}
"""Of an overlay; mklive's hooks write each of them."""
RUNSVDIR = "/etc/runit/runsvdir/default"


def own(tmp_path: Path, files: dict[str, str], more: str = "") -> Path:
    """Write an overlay-src with a module that has ``files``."""
    module = tmp_path / "overlay-src" / "own"
    for path, text in files.items():
        file = module / f"files{path}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    module.mkdir(parents=True, exist_ok=True)
    (module / "module.toml").write_text(f'summary = "Ours"\nrequires = ["runit-live"]\n{more}')
    return module.parent


def hooks(root: Root) -> None:
    """Overwrite the files as mklive's hooks do; dracut keeps the ISO's at another path."""
    for path in FILES:
        if root.path(path).exists():
            root.write(f"/run/rootfsbase{path}", root.path(path).read_text(), 0o640)
        root.write(path, "of mklive\n")


def files(root: Root, *shell: str) -> str:
    """Run the part with a writable /proc, and return the hostname after that."""
    root.path("/run/live-setup").mkdir()
    part = " ".join((*shell, "/etc/runit/live-setup.d/05-files"))
    script = f"mount -t proc proc /proc; {part}; cat /proc/sys/kernel/hostname"
    return root.run("sh", "-euc", script, env={"LIVE_RUN": "/run/live-setup"}).stdout


@shells
def test_files_of_the_overlay_replace_mklives(
    make_root: MakeRoot, tmp_path: Path, shell: tuple[str, ...]
) -> None:
    root = make_root("own", own=own(tmp_path, FILES))
    hooks(root)
    assert files(root, *shell) == "of-the-overlay\n"
    assert {path: root.path(path).read_text() for path in FILES} == FILES
    assert {root.path(path).stat().st_mode & 0o777 for path in FILES} == {0o640}


def test_without_files_in_the_overlay_mklives_stay(make_root: MakeRoot) -> None:
    root = make_root("runit-live")
    hooks(root)
    assert files(root) != "of-the-overlay\n"
    assert {root.path(path).read_text() for path in FILES} == {"of mklive\n"}


def test_a_missing_file_does_not_keep_others_from_being_restored(
    make_root: MakeRoot, tmp_path: Path
) -> None:
    root = make_root("own", own=own(tmp_path, FILES))
    hooks(root)
    root.path("/run/rootfsbase/etc/sddm.conf").unlink()
    done = run_part(root, "05-files", "live", check=False)
    assert done.returncode == 1
    assert "/run/rootfsbase/etc/sddm.conf" in done.stderr
    assert root.path("/etc/sudoers.d/99-void-live").read_text().startswith("%wheel")


def enabled(root: Root, port_type: str | None = "4") -> list[str]:
    """Return the serial logins after mklive's hook and a boot; ``port_type`` is ttyS0's."""
    root.path(RUNSVDIR).mkdir(parents=True, exist_ok=True)
    for name in ("agetty-ttyS0", "agetty-hvc0"):
        root.path(f"/etc/sv/{name}").mkdir(parents=True)
        if not root.path(f"{RUNSVDIR}/{name}").is_symlink():
            root.path(f"{RUNSVDIR}/{name}").symlink_to(f"/etc/sv/{name}")
    if port_type:
        root.write("/sys/class/tty/ttyS0/type", f"{port_type}\n")
    run_part(root, "06-serial", "live")
    script = f"cd {RUNSVDIR}; for name in *; do echo $name $(readlink -f $name); done"
    return root.run("sh", "-c", script).stdout.splitlines()


@pytest.mark.parametrize(("port_type", "there"), [("4", True), ("0", False), (None, True)])
def test_a_serial_login_is_enabled_only_if_the_port_exists(
    make_root: MakeRoot, port_type: str | None, there: bool
) -> None:
    root = make_root("runit-live")
    found = enabled(root, port_type)
    serial = ["agetty-ttyS0 /etc/sv/agetty-ttyS0"] if there else []
    assert found == ["agetty-hvc0 /etc/sv/agetty-hvc0", *serial]
    # In an installed copy of the root, these links dangle.
    for link in root.path(RUNSVDIR).iterdir():
        assert str(link.readlink()).startswith("/run/live-setup/")


def test_a_serial_login_of_the_overlay_stays(make_root: MakeRoot, tmp_path: Path) -> None:
    root = make_root("own", own=own(tmp_path, {}, 'services = ["agetty-ttyS0"]\n'))
    enabled(root, "0")
    assert str(root.path(f"{RUNSVDIR}/agetty-ttyS0").readlink()) == "/etc/sv/agetty-ttyS0"


@pytest.mark.parametrize("installer", [True, False])
def test_the_login_banner_names_user_and_installer(make_root: MakeRoot, installer: bool) -> None:
    more = ["installer"] if installer else []
    root = make_root("runit-live", *more, image={"title": "Ours, 100 % (2026)"})
    root.write("/etc/issue", "root:voidlinux anon:voidlinux void-installer\n")
    run_part(root, "07-issue", "ada")
    said = root.run("cat", "/etc/issue").stdout
    assert "Welcome to Ours, 100 % (2026), a live system." in said
    assert "ada  (password voidlinux)" in said
    assert "anon" not in said
    assert ("install-void" in said) is installer
    assert root.path("/etc/issue").is_symlink()


def test_a_banner_of_the_overlay_stays(make_root: MakeRoot, tmp_path: Path) -> None:
    root = make_root("own", own=own(tmp_path, {"/etc/issue": "ours\n"}))
    run_part(root, "07-issue", "live")
    assert root.path("/etc/issue").read_text() == "ours\n"


@pytest.mark.parametrize("sudo", [True, False])
@pytest.mark.parametrize("rules", [[], ["LIVE ALL=(ALL) /usr/bin/id"], ["ALL ALL=(ALL) /bin/ls"]])
def test_visudo_finds_no_fault(make_root: MakeRoot, sudo: bool, rules: list[str]) -> None:
    root = make_root("live-user", options={"live-user": {"sudo": sudo, "sudo-rules": rules}})
    root.write("/etc/sudoers", SUDOERS, 0o440)
    mklive.adduser(root)
    root.path("/etc/sudoers.d/99-void-live").chmod(0o440)
    run_part(root, "10-user", "live")
    done = root.run("visudo", "-c")
    assert "Warning" not in done.stdout + done.stderr
    assert "unused" not in done.stdout + done.stderr
