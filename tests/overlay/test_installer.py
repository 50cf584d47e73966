"""The installer: its menu entry, its start, and the installed system's postinstall."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.overlay.conftest import needs_root, shells
from tests.overlay.live_nix import SOCKET

if TYPE_CHECKING:
    from pathlib import Path

    from tests.overlay.conftest import MakeRoot, Root

START = "/usr/local/bin/install-void"
ENTRY = "/usr/share/applications/install-void.desktop"
LIBEXEC = "/usr/local/libexec"
POSTINSTALL = f"{LIBEXEC}/postinstall"
PARTS = f"{POSTINSTALL}.d"

# Like a terminal, `script` makes a terminal device; it writes the output to a file.
TERMINAL = """\
#!/bin/sh
# Stands in for a terminal of the desktop: TERMINAL -e COMMAND...
[ "$1" = -e ] || exit 2
shift
script -qec "$*" /run/shown < /dev/null > /dev/null 2>&1
touch /run/closed
"""
INSTALLER = """\
#!/bin/sh
# Stands in for void-installer.
[ -t 0 ] && [ -t 1 ] && echo "$0 runs on a terminal as $(id -un), started by ${SUDO_USER:-nobody}"
"""


def launch(root: Root) -> None:
    """Open the menu entry with GLib, as desktops do, and wait until its terminal closes."""
    command = (
        f"gio launch {ENTRY}; for _ in $(seq 300); do [ -e /run/closed ] && exit; sleep 0.1; done"
    )
    root.run("sh", "-c", command)


def shown(root: Root) -> str:
    """Return what the terminal showed until it closed."""
    return root.path("/run/shown").read_text()


@needs_root
@pytest.mark.parametrize("terminal", ["alacritty", "xterm"])
def test_the_menu_entry_starts_the_installer_as_root(make_root: MakeRoot, terminal: str) -> None:
    """Without the option, the desktop opens a terminal that it knows, such as xterm (GLib)."""
    named = {"terminal": [terminal, "-e"]} if terminal == "alacritty" else {}
    root = make_root("installer", "live-user", options={"installer": named})
    root.write("/etc/sudoers", "root ALL=(ALL:ALL) ALL\n", 0o440)
    root.write(f"/usr/local/bin/{terminal}", TERMINAL, 0o755)
    root.write("/usr/local/bin/void-installer", INSTALLER, 0o755)
    launch(root)
    assert "/usr/local/bin/void-installer runs on a terminal as root, started by root" in shown(
        root
    )


@pytest.mark.parametrize("title", ["Void Linux", "Écran; [stable] = #1"])
def test_the_menu_entry_is_valid(make_root: MakeRoot, title: str) -> None:
    root = make_root("installer", image={"title": title})
    done = root.run("desktop-file-validate", ENTRY)
    assert done.stdout + done.stderr == ""


def test_the_menu_entry_needs_the_installer(make_root: MakeRoot) -> None:
    """void-installer removes itself from a system that it installs by copying."""
    root = make_root("installer", options={"installer": {"terminal": ["true"]}})
    root.path("/usr/bin/void-installer").unlink()
    assert root.run("gio", "launch", ENTRY, check=False).returncode != 0
    root.write("/usr/local/bin/void-installer", INSTALLER, 0o755)
    root.run("gio", "launch", ENTRY)


@needs_root
@shells
@pytest.mark.parametrize("status", [0, 3])
def test_on_a_console_the_installer_starts_in_place(
    make_root: MakeRoot, shell: tuple[str, ...], status: int
) -> None:
    root = make_root("installer")
    root.write("/etc/sudoers", "root ALL=(ALL:ALL) ALL\n", 0o440)
    root.write("/usr/local/bin/void-installer", f"{INSTALLER}exit {status}\n", 0o755)
    command = " ".join((*shell, START))
    done = root.run("script", "-qec", command, "/run/shown", stdin="\n\n", check=False)
    assert done.returncode == status
    assert "void-installer runs on a terminal as root" in shown(root)
    assert ("ended with status 3. Press Enter." in shown(root)) == (status == 3)


COPY = """\
#!/bin/bash
# Stands in for void-installer's copy: a pipeline whose status is that of its last command.
trap 'echo "the installer cleans up"; exit 0' TERM
tar --create --file - /etc/passwd /run/large 2> /dev/null |
	tar --extract --verbose --file - -C /mnt | cat > /dev/null
[ $? -eq 0 ] && echo 'installed successfully'
"""


@needs_root
@pytest.mark.parametrize("room", [1, 8])
def test_a_copy_that_fails_ends_the_installer(make_root: MakeRoot, room: int) -> None:
    root = make_root("installer")
    root.path("/mnt").mkdir()
    root.write("/etc/sudoers", "root ALL=(ALL:ALL) ALL\n", 0o440)
    root.write("/usr/local/bin/void-installer", COPY, 0o755)
    root.path("/run/large").write_bytes(os.urandom(3 << 20))
    command = f"mount -t tmpfs -o size={room}M tmpfs /mnt && exec script -qec {START} /run/shown"
    done = root.run("sh", "-c", command, stdin="\n\n", check=False)
    said = shown(root)
    assert ("installed successfully" in said) is (room == 8)
    assert ("the installer cleans up" in said) is (room == 1)
    assert ("the system on the disk is not complete" in said) is (room == 1)
    assert ("tar: run/large: " in said) is (room == 1)
    assert done.returncode == (1 if room == 1 else 0)


LSBLK = """\
#!/bin/sh
printf '%s %s %s\\n' /dev/sda 10737418240 disk /dev/sda1 4000000000 part /dev/vdb 12884901888 disk
"""


@needs_root
@shells
@pytest.mark.parametrize("size", [10, 11])
def test_the_installer_shows_the_size_of_the_copy(
    make_root: MakeRoot, shell: tuple[str, ...], size: int
) -> None:
    root = make_root("installer")
    root.write("/etc/sudoers", "root ALL=(ALL:ALL) ALL\n", 0o440)
    root.write("/usr/local/bin/lsblk", LSBLK, 0o755)
    root.path("/usr/local/bin/awk").symlink_to("/usr/bin/mawk")
    count = f"truncate -s {size}G /large; exec {' '.join(shell)} {LIBEXEC}/install-void/sizes"
    argv = [
        "bwrap", "--unshare-pid", "--clearenv", "--setenv", "PATH", "/usr/local/bin:/usr/bin",
        "--tmpfs", "/", "--ro-bind", "/usr", "/usr", "--bind", str(root.path("/etc")), "/etc",
        "--bind", str(root.path("/usr/local")), "/usr/local", "--symlink", "usr/bin", "/bin",
        "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
        "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/run", "--", "sh", "-c", count,
    ]  # fmt: skip
    said = subprocess.check_output(argv, text=True).splitlines()
    assert (
        said[1:]
        == {
            10: [
                'Source "Local" copies 10.0 GiB: the root partition needs 11.0 GiB.',
                "  /dev/sda: 10.0 GiB, too small",
                "  /dev/vdb: 12.0 GiB",
            ],
            11: [
                'Source "Local" copies 11.0 GiB: the root partition needs 12.1 GiB.',
                "  /dev/sda: 10.0 GiB, too small",
                "  /dev/vdb: 12.0 GiB, too small",
                'No disk is large enough. Source "Network" needs less room.',
            ],
        }[size]
    )


@needs_root
@shells
def test_a_missing_installer_is_named(make_root: MakeRoot, shell: tuple[str, ...]) -> None:
    root = make_root("installer", options={"installer": {"program": "/opt/the installer"}})
    command = " ".join((*shell, START))
    done = root.run("script", "-qec", command, "/run/shown", stdin="\n", check=False)
    assert done.returncode == 127
    assert "there is no /opt/the installer on this image" in shown(root)


@needs_root
def test_a_project_can_replace_the_installer(make_root: MakeRoot, tmp_path: Path) -> None:
    module = tmp_path / "overlay-src" / "my-installer"
    program = "/usr/local/sbin/my-installer"
    file = module / f"files{program}"
    file.parent.mkdir(parents=True)
    file.write_text(INSTALLER)
    (module / "module.toml").write_text('summary = "Ours"\nrequires = ["installer"]\n')
    options = {"installer": {"program": program, "terminal": ["terminal", "-e"]}}
    root = make_root("my-installer", options=options, own=module.parent)
    root.write("/etc/sudoers", "root ALL=(ALL:ALL) ALL\n", 0o440)
    root.write("/usr/local/bin/terminal", TERMINAL, 0o755)
    root.run("desktop-file-validate", ENTRY)
    launch(root)
    assert f"{program} runs on a terminal as root" in shown(root)


LISTEN = (
    "mkdir -p /var/nix/daemon-socket; python3 -c 'import socket; "
    f'socket.socket(socket.AF_UNIX).bind("{SOCKET}")\''
)


def postinstall(root: Root, shell: tuple[str, ...], before: str) -> tuple[int, str, str]:
    env = {"NIX_STATE_DIR": "/var/nix"}
    done = root.run(
        "sh", "-c", f"{before}\nexec {' '.join(shell)} {POSTINSTALL}", env=env, check=False
    )
    return done.returncode, done.stdout, done.stderr


@needs_root
@shells
def test_postinstall_waits_for_the_daemon(make_root: MakeRoot, shell: tuple[str, ...]) -> None:
    root = make_root("installer", "nix-daemon")
    add = "#!/bin/sh\nNIX_REMOTE=daemon nix-store --add /etc/passwd\n"
    root.write(f"{PARTS}/10-add", add, 0o755)
    root.write(f"{PARTS}/20-after", "#!/bin/sh\necho after\n", 0o755)
    root.write(f"{PARTS}/README", "not a part\n")
    late = "(sleep 1.5; exec nix-daemon > /dev/null 2>&1) &"
    status, out, err = postinstall(root, shell, late)
    assert (status, err) == (0, "")
    path, after = out.splitlines()
    assert root.path(path).read_bytes() == root.path("/etc/passwd").read_bytes()
    assert after == "after"


@shells
@pytest.mark.parametrize("before", ["", f"mkdir -p {SOCKET}", "touch /var/nix"])
def test_postinstall_gives_up_in_time(
    make_root: MakeRoot, shell: tuple[str, ...], before: str
) -> None:
    root = make_root("installer", options={"installer": {"daemon-timeout": 1}})
    root.write(f"{PARTS}/10-never", "#!/bin/sh\necho ran\n", 0o755)
    status, out, err = postinstall(root, shell, before)
    assert (status, out) == (1, "")
    assert f"nix-daemon did not open {SOCKET} within 1 s" in err
    assert "sv status nix-daemon" in err


@needs_root
def test_postinstall_waits_for_the_socket_in_the_state_directory(make_root: MakeRoot) -> None:
    """Upstream's socket is elsewhere than Void's; the image's state directory decides."""
    upstream = "NIX_STATE_DIR=/nix/var/nix nix-daemon > /dev/null 2>&1 &"
    void = make_root("installer", options={"installer": {"daemon-timeout": 1}})
    assert postinstall(void, ("dash",), upstream)[0] == 1
    other = make_root("installer", nix={"state-dir": "/nix/var/nix"})
    assert postinstall(other, ("dash",), upstream) == (0, "", "")


@shells
def test_postinstall_names_the_failed_parts(make_root: MakeRoot, shell: tuple[str, ...]) -> None:
    root = make_root("installer")
    for name, status in (("10-good", 0), ("20-bad", 7), ("30-good", 0), ("40-bad", 1)):
        root.write(f"{PARTS}/{name}", f"#!/bin/sh\necho {name}\nexit {status}\n", 0o755)
    status, out, err = postinstall(root, shell, LISTEN)
    assert status == 1
    assert out.split() == ["10-good", "20-bad", "30-good", "40-bad"]
    assert err == "postinstall: failed: 20-bad 40-bad\n"


@shells
def test_postinstall_without_parts_succeeds(make_root: MakeRoot, shell: tuple[str, ...]) -> None:
    root = make_root("installer")
    assert postinstall(root, shell, LISTEN) == (0, "", "")


@shells
@pytest.mark.parametrize("live", [True, False])
def test_postinstall_removes_links_of_the_live_system(
    make_root: MakeRoot, shell: tuple[str, ...], live: bool
) -> None:
    root = make_root("installer", "gpu-detect")
    if live:
        root.path("/run/live-setup").mkdir()
    root.path("/etc/other").symlink_to("/run/nowhere")
    assert postinstall(root, shell, LISTEN) == (0, "", "")
    assert root.path("/etc/X11/xorg.conf.d/20-gpu.conf").is_symlink() is live
    assert root.path("/etc/other").is_symlink()
