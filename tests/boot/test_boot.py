"""`voidgen boot`: small images in a real QEMU (docs/reference/boot.md)."""

import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.boot import image as image_parts
from tests.boot.conftest import running
from tests.boot.image import Parts
from tests.support.documents import BY
from tests.support.program import voidgen

from voidgen.boot import command, driver, image, kvm, qemu
from voidgen.boot.types import MONITOR, SERIAL, Accelerator, Machine, Medium
from voidgen.config.image import ImageConfig
from voidgen.image import of_iso

# These tests do not depend on KVM, and checking for it takes time. Under TCG, a second processor
# takes more of the machine's time than it saves.
MACHINE = ("--accel", "tcg", "--memory", "1024", "--cpus", "1")
PATIENCE = 120
PASSWORD = "of the tests"  # noqa: S105 - of nothing else
HASH = subprocess.run(
    ["openssl", "passwd", "-6", "-salt", "tests", "-stdin"],
    input=PASSWORD, capture_output=True, text=True, check=True,
).stdout.strip()  # fmt: skip


def size(png: Path) -> tuple[int, int]:
    """Return width and height of a picture (PNG specification, 11.2.2)."""
    data = png.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def checks(text: str) -> dict[str, dict[str, str]]:
    return {one["name"]: one for one in json.loads(text)["checks"]}


def test_a_good_image_passes_all_checks(parts: Parts, folder: Path) -> None:
    iso = parts.iso(folder / "good, by name.iso")
    words = ("--bios", "--json", "--junit", "junit.xml")
    more = ("--screenshot", "screen.png")
    ran = voidgen("boot", "--test", *MACHINE, *words, *more, iso.name, cwd=folder)
    assert ran.status == 0, ran.out + ran.err
    assert "log in as live or root, password voidlinux\n" in ran.err
    found = checks(ran.out)
    assert {one["state"] for one in found.values()} == {"passed"}
    assert found["login of live"]["about"].startswith("uid=1000(live) ")
    # Checks of every image, of its content, and of its modules.
    assert {
        "boot", "kernel command line", "live-setup: no part failed", "service nix-daemon",
        "service ticker", "nix profile list", "own: it ticks", "Nix builds for the live user",
        "own: drivers can be loaded, and nothing else of /run",
        "Nix builds with /etc/voidgen/packages#deskTools.clock, without a network",
        "Nix builds with nixpkgs#deskTools.clock, without a network",
        "service greetd-live", "greetd-live: greetd logs the live user in",
        "dconf-cinnamon: the desktop's keyboard", "volume label",
    } <= {*found}  # fmt: skip
    # The initramfs gives the user other groups, as mklive's does.
    assert found["the live user's groups"]["about"] == "audio users"
    assert found["the live user's shell"]["about"] == "/bin/dash"
    assert found["root's shell"]["about"] == "/usr/bin/dash"
    assert found["closure is valid"]["about"] == f"{len(parts.snapshot()['closure'])} paths"
    keyboard = found["dconf-cinnamon: the desktop's keyboard"]["about"]
    assert keyboard == "[('xkb', 'ch+fr_nodeadkeys')]"
    facts = json.loads(ran.out)
    assert (facts["accelerator"], facts["firmware"]) == ("tcg", "bios")
    (suite,) = ET.parse(folder / "junit.xml").getroot()  # noqa: S314 - ours
    assert (suite.get("name"), suite.get("failures")) == ("boot guest", "0")
    assert size(folder / "screen.png") >= (640, 400)
    # This replaces the hostname of mklive's hook.
    assert "of-the-overlay login: live" in (folder / "good, by name.serial.log").read_text()
    # Files that are only needed while it runs are removed.
    assert {file.suffix for file in folder.iterdir()} == {".iso", ".xml", ".png", ".log"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("live", "said", "banner"),
    [
        (
            'password = "random"\nroot-password = "locked"\n',
            "live, with the password that the console shows; or root, not by password\n",
            r"    live  \(password [a-z2-9]{12}\)",
        ),
        (
            f"password = 'none'\nroot-password = '{HASH}'\n",
            "live, without a password; or root, with the password whose hash the image has\n",
            r"    live  \(no password\)\s+root  \(with its password\)",
        ),
    ],
)
def test_an_image_with_other_passwords_is_tested(
    folder: Path, live: str, said: str, banner: str
) -> None:
    iso = image_parts.with_tables(f"[live]\n{live}", folder / "work").iso(folder / "live.iso")
    (folder / "password").write_text(PASSWORD)
    words = ("--bios", "--json", "--password-file", "password")
    ran = voidgen("boot", "--test", *MACHINE, *words, iso.name, cwd=folder)
    assert ran.status == 0, ran.out + ran.err
    assert f"log in as {said}" in ran.err
    assert "live-password: the accounts have the passwords of voidgen.toml" in checks(ran.out)
    assert re.search(banner, (folder / "live.serial.log").read_text())


@pytest.mark.slow
def test_dracuts_initramfs_mounts_the_root(parts: Parts, folder: Path) -> None:
    """The root is a flat squashfs below an overlay, as mklive's command line says.

    dracut finds the medium by its label, and the stand-in for mklive's hook makes the live user.
    """
    real = image_parts.with_dracut(parts, folder)
    cmdline = (
        *real.snapshot()["plan"]["image"]["cmdline"],
        *("rd.live.overlay.overlayfs=1", "rd.luks=0", "rd.md=0", "rd.dm=0"),
        "init=/usr/sbin/runit",
    )
    iso = real.iso(folder / "dracut.iso", cmdline=cmdline)
    ran = voidgen("boot", "--test", "--bios", *MACHINE, "--json", iso.name, cwd=folder)
    assert ran.status == 0, ran.out + ran.err
    assert "Starting systemd-udevd" in (folder / "dracut.serial.log").read_text()


@pytest.mark.slow
def test_boot_reports_each_failed_check(
    parts: Parts, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The image has faults and no serial console; the machine has UEFI."""
    monkeypatch.setattr(driver, "HANGS", 60)
    told = parts.snapshot()
    told["plan"]["image"]["cmdline"] = ["live.user=live", "promised=1"]
    told["plan"]["services"] = [
        {"name": name, "by": [], "provider": ""} for name in ("dbus", "not-there")
    ]
    told["plan"]["disabled"] = ["dbus", "nowhere"]
    told["plan"]["modules"] = [{"name": "nix-daemon", "by": [], "options": {}}]
    told["closure"] = {}
    rows = {
        "steers": (r"printf 'red\033[31m\033]0;title\007end\a\n'; echo said >&2", "red"),
        "hangs": ("sleep 1000", ""),
        "fails": ("echo right; exit 3", "right"),
        "long": ("seq 100000", ""),
        "many words": (f": {'x' * 9000}; echo 'two\nlines'", "two\nlines\n"),
        "name server": ("cat /etc/resolv.conf", "nameserver 10.9.8.7"),
    }
    told["plan"]["checks"] = [
        {
            "by": BY, "name": name, "command": command, "prints": prints, "matches": None,
            "within": 60 if name == "name server" else 0,
        }
        for name, (command, prints) in rows.items()
    ]  # fmt: skip
    iso = parts.iso(folder / "bad.iso", told, ["live.user=live"])
    words = ("--test", "--uefi", "--dns=10.9.8.7", "--junit", "junit.xml")
    ran = voidgen("boot", *words, *MACHINE, iso.name, cwd=folder)
    assert ran.status == 1, ran.out + ran.err
    assert "no serial console: QEMU starts its kernel directly" in ran.err
    assert "\x1b" not in ran.out + ran.err
    assert "\a" not in ran.out + ran.err
    said = ran.out.splitlines()
    states = {line[4:].partition("  ")[0]: line[:2] for line in said if line[:2] in {"ok", "no"}}
    assert states == {
        "boot": "ok", "login of live": "ok", "kernel command line": "no", "service dbus": "ok",
        "service not-there": "no", "service dbus is disabled": "no",
        "service nowhere is disabled": "ok", "m: steers": "no", "m: hangs": "no", "m: fails": "no",
        "m: long": "no", "m: many words": "ok", "m: name server": "ok",
        # The command line has no live.shell.
        "the live user's shell": "no", "root's shell": "ok", "the live user's groups": "ok",
        "volume label": "ok",
    }  # fmt: skip
    assert "      missing: promised=1" in said
    assert any(line.startswith("no  m: hangs") and line.endswith("hung") for line in said)
    assert any(line.endswith("failed with status 3") for line in said)
    assert "      redend\\x07" in said
    assert "      said" in said
    assert any(" lines more" in line for line in said)
    failures = ET.parse(folder / "junit.xml").getroot().iter("failure")  # noqa: S314 - ours
    assert len(list(failures)) == [*states.values()].count("no")


def test_a_kernel_panic_ends_the_test_at_once(parts: Parts, folder: Path) -> None:
    cmdline = ["console=ttyS0", "rdinit=/nowhere", "root=/dev/nothing"]
    iso = parts.iso(folder / "stops.iso", cmdline=cmdline)
    ran = voidgen("boot", "--test", "--bios", *MACHINE, "--json", iso.name, cwd=folder)
    assert ran.status == 1, ran.out + ran.err
    found = checks(ran.out)
    assert found["boot"]["about"].startswith("the boot ended: Kernel panic - not syncing")
    assert "Unable to mount root fs" in found["boot"]["detail"]
    others = {one["about"] for name, one in found.items() if name != "boot"}
    assert others == {"not tried: boot failed"}
    assert "Kernel panic" in (folder / "stops.serial.log").read_text()


def test_the_time_limit_ends_the_test(parts: Parts, folder: Path) -> None:
    iso = parts.iso(folder / "slow.iso")
    words = ("--timeout", "2", "--log", "elsewhere.log", "--screenshot", "s.ppm")
    ran = voidgen("boot", "--test", "--bios", *MACHINE, *words, iso.name, cwd=folder)
    assert ran.status == 1, ran.out + ran.err
    assert "no login prompt: the time limit is reached" in ran.out
    assert (folder / "elsewhere.log").exists()
    assert (folder / "s.ppm").read_bytes().startswith(b"P6")


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Start `voidgen boot` as a separate process."""
    argv = [sys.executable, "-m", "voidgen", "boot", *MACHINE, "--bios", *words]
    return subprocess.Popen(argv, cwd=folder, stderr=subprocess.PIPE, text=True)


def wait_for(file: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not file.exists():
        assert time.monotonic() < until, file
        time.sleep(0.05)


def test_sockets_of_console_and_monitor_exist_until_an_interrupt(
    parts: Parts, folder: Path
) -> None:
    deep = folder / ("a folder whose sockets have names too long for the system " * 2)
    deep.mkdir()
    iso = parts.iso(deep / "guest.iso")
    program = start(deep, "--bios", "--headless", "--screenshot", "screen.png", iso.name)
    try:
        wait_for(deep / MONITOR)
        with qemu.reach(deep, MONITOR) as monitor:
            assert monitor is not None
            assert monitor.recv(4, socket.MSG_WAITALL) == b"QEMU"
        with qemu.reach(deep, SERIAL) as serial:
            assert serial is not None
            # Any output is enough: another test covers the whole boot.
            assert serial.recv(4096)
        second = voidgen("boot", "--test", *MACHINE, iso.name, cwd=deep)
        assert second.status == 1
        assert "another QEMU runs here" in second.err
        program.send_signal(signal.SIGINT)
        _, said = program.communicate(timeout=PATIENCE)
    finally:
        program.kill()
    assert program.returncode == 130
    assert "serial console: socat " in said
    assert said.endswith("  the machine is off; the image has not changed\n")
    assert size(deep / "screen.png") >= (640, 400)
    assert running(deep) == []
    assert {file.name for file in deep.iterdir()} == {
        "guest.iso", "guest.serial.log", "screen.png",
    }  # fmt: skip


@pytest.mark.parametrize(
    "end",
    [
        signal.SIGTERM,
        signal.SIGKILL,
        pytest.param(signal.SIGHUP, marks=pytest.mark.slow),
    ],
)
def test_no_qemu_is_left_after_a_signal(parts: Parts, folder: Path, end: signal.Signals) -> None:
    iso = parts.iso(folder / "guest.iso")
    program = start(folder, "--test", "--log", str(folder / "log"), iso.name)
    try:
        wait_for(folder / MONITOR)
        assert len(running(folder)) == 1
        program.send_signal(end)
        program.communicate(timeout=PATIENCE)
    finally:
        program.kill()
    until = time.monotonic() + PATIENCE
    while running(folder):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_without_a_test_the_time_limit_is_no_error(parts: Parts, folder: Path) -> None:
    iso = parts.iso(folder / "guest.iso")
    words = ("--headless", "--timeout", "2", "--screenshot", "screen.png")
    ran = voidgen("boot", "--bios", *MACHINE, *words, iso.name, cwd=folder)
    assert ran.status == 0, ran.err
    assert size(folder / "screen.png") >= (640, 400)


def test_the_iso_of_the_project_is_the_default(parts: Parts, folder: Path) -> None:
    (folder / "voidgen.toml").write_text('[image]\nname = "guest"\n[mklive]\n')
    (folder / "out").mkdir()
    ran = voidgen("boot", cwd=folder)
    assert ran.status == 2
    assert "no guest*.iso is in out/" in ran.err
    other = parts.iso(folder / "out/guest-old.iso")
    assert image.newest(folder, ImageConfig("guest")) == other
    iso = parts.iso(folder / "out/guest.iso")
    # A copy of another ISO may be newer.
    os.utime(other, (1 << 32, 1 << 32))
    (folder / "out/other.iso").write_bytes(b"")
    assert image.newest(folder, ImageConfig("guest")) == iso
    dated = parts.iso(folder / "out/guest-20261201.iso")
    parts.iso(folder / "out/guest-2026.iso")
    assert image.newest(folder, ImageConfig("guest", file_name="{name}-{date}")) == dated
    words = ("--headless", "--timeout", "1")
    ran = voidgen("-C", str(folder / "out"), "boot", "--bios", *MACHINE, *words, cwd=Path("/"))
    assert ran.status == 0, ran.err
    assert "guest.iso: 1024 MiB, " in ran.err
    assert (folder / "out/guest.serial.log").exists()
    assert running(folder / "out") == []


def test_kvm_is_tried_with_the_kernel_of_the_image(parts: Parts, folder: Path) -> None:
    """The result depends on this machine; either KVM works, or there is a reason."""
    iso = parts.iso(folder / "guest.iso")
    kernel = image.kernel(iso)
    assert kernel == (parts.folder / "boot/vmlinuz").read_bytes()
    found = kvm.accelerator(kernel)
    assert (found.name == "kvm") != bool(found.why)


@pytest.mark.slow
def test_the_trial_of_kvm_looks_for_what_the_kernel_says(parts: Parts, folder: Path) -> None:
    """Under TCG, the kernel reaches the panic that `kvm` looks for."""
    console = folder / "console"
    argv = command.trial(parts.folder / "boot/vmlinuz", "max", console)
    argv[argv.index("q35,accel=kvm")] = "q35,accel=tcg"
    subprocess.run(argv, cwd=folder, timeout=PATIENCE, check=True)
    assert b"Kernel panic" in console.read_bytes()


def test_an_iso_that_looks_like_a_qcow2_image_gives_no_access_to_other_files(folder: Path) -> None:
    """The ISO begins like a qcow2 image with a backing file (QEMU's docs/interop/qcow2)."""
    (folder / "secret").write_bytes(b"secret" * 1000)
    fields = (2, 4096, 6, 16, 1 << 20, 0, 1, 1 << 16, 1 << 17, 1, 0, 0)
    header = b"QFI\xfb" + struct.pack(">IQIIQIIQQIIQ", *fields)
    iso = folder / "x.iso"
    iso.write_bytes((header.ljust(4096, b"\0") + b"secret").ljust(1 << 18, b"\0"))
    machine = Machine(Accelerator("tcg"), 128, 1)
    with qemu.started(machine, Medium(iso), folder / "x.log") as guest:
        blocks: Any = guest.monitor.ask("query-block")
        disks = [one["inserted"] for one in blocks if "inserted" in one]
        monitor = (folder / MONITOR).stat()
    (disk,) = disks
    assert (disk["file"], disk["drv"], disk["ro"]) == (str(iso), "raw", True)
    assert "backing_file" not in disk
    # Only this user can reach the monitor.
    assert monitor.st_mode & 0o077 == 0


def test_the_log_is_not_written_through_a_link(parts: Parts, folder: Path) -> None:
    iso = parts.iso(folder / "linked.iso")
    (folder / "precious").write_text("precious")
    (folder / "linked.serial.log").symlink_to(folder / "precious")
    voidgen("boot", "--bios", "--headless", "--timeout=1", *MACHINE, iso.name, cwd=folder)
    assert (folder / "precious").read_text() == "precious"
    assert not (folder / "linked.serial.log").is_symlink()


def test_a_fifo_is_refused(folder: Path) -> None:
    os.mkfifo(folder / "x.iso")
    ran = voidgen("boot", "x.iso", cwd=folder)
    assert ran.status == 2
    assert "not a regular file" in ran.err


def test_an_iso_without_a_snapshot_is_refused(folder: Path) -> None:
    (folder / "empty.iso").write_bytes(b"")
    ran = voidgen("boot", "empty.iso", cwd=folder)
    assert ran.status == 2
    assert f"it has no readable {of_iso.FILE}" in ran.err
