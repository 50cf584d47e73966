"""What is checked in a booted image of the names that [image] gives it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.support import documents

from voidgen.boot import identity_checks

if TYPE_CHECKING:
    from pathlib import Path


def checked(**image: object) -> dict[str, tuple[str, str]]:
    found = identity_checks.of_image(documents.plan(image=image).image)
    return {name: (command, prints) for name, command, prints in found}


def test_an_image_without_the_keys_has_no_such_check() -> None:
    assert not checked()


def test_the_kernel_and_the_file_have_the_host_name() -> None:
    command, prints = checked(hostname="box")["host name"]
    assert "/proc/sys/kernel/hostname" in command
    assert prints == "box\nbox"


def test_the_link_leads_to_the_zone() -> None:
    assert checked(timezone="UTC")["time zone"][1] == "/usr/share/zoneinfo/UTC"


def test_os_release_is_read_as_a_shell_reads_it() -> None:
    found = checked(version="1.2")
    assert found["os-release"][1] == "void 1.2"
    assert found["XBPS takes os-release as it is"][1] == ""


def test_a_device_has_the_label() -> None:
    command, prints = checked(**{"volume-label": "MINE"})["volume label"]
    assert "blkid -t LABEL=MINE " in command
    assert "root=live:CDLABEL=MINE " in command
    assert prints == ""


def run(command: str, folder: Path, **programs: str) -> str:
    """Return what a check prints if these programs, with /etc/shells, print this."""
    (folder / "shells").write_text("/usr/bin/sh\n")
    for name, prints in programs.items():
        script = folder / name
        script.write_text(f"#!/bin/sh\n{prints}\n")
        script.chmod(0o755)
    text = command.replace("/etc/shells", str(folder / "shells"))
    env = {"PATH": f"{folder}:/usr/bin"}
    return subprocess.run(
        ["sh", "-c", text], env=env, capture_output=True, text=True, check=True
    ).stdout.rstrip()


@pytest.mark.parametrize(
    ("shell", "fault"), [("/usr/bin/sh", ""), ("/bin/nowhere", "no such"), ("/bin/sh", "not in ")]
)
def test_a_shell_is_there_and_registered(shell: str, fault: str, tmp_path: Path) -> None:
    command, prints = checked(**{"user-shell": shell})["the live user's shell"]
    assert prints == shell
    said = run(command, tmp_path, getent=f"echo live:x:1000:1000::/home/live:{shell}")
    assert (said == prints) == (not fault)
    assert fault in said


def test_root_may_have_another_shell() -> None:
    command, prints = checked(**{"root-shell": "/bin/zsh"})["root's shell"]
    assert "getent passwd root " in command
    assert prints == "/bin/zsh"


@pytest.mark.parametrize("groups", [["wheel", "audio"], []])
def test_the_groups_are_exactly_these(groups: list[str], tmp_path: Path) -> None:
    command, prints = checked(groups=groups)["the live user's groups"]
    assert prints == " ".join(sorted(groups))
    stub = f'[ "$1" = -gn ] && echo live && exit; echo live {" ".join(groups)}'
    assert run(command, tmp_path, id=stub) == prints
    assert run(command, tmp_path, id=f"{stub} video") != prints


@pytest.mark.parametrize(
    ("root", "status", "fault"),
    [
        ("live:CDLABEL=MINE", 0, ""),
        ("live:CDLABEL=MINE", 2, "no medium has it"),
        ("live:CDLABEL=MINE2", 0, "the system looked for another one: "),
        ("live:CDLABEL=VOID_LIVE", 0, "the system looked for another one: "),
        # Over a network, there is no medium.
        ("live:http://10.0.2.2/squashfs.img", 2, ""),
    ],
)
def test_the_label_is_looked_for(root: str, status: int, fault: str, tmp_path: Path) -> None:
    command, _ = checked(**{"volume-label": "MINE"})["volume label"]
    (tmp_path / "cmdline").write_text(f"initrd=/boot/initrd root={root} ro\n")
    text = command.replace("/proc/cmdline", str(tmp_path / "cmdline"))
    stub = f'[ "$1 $2" = "-t LABEL=MINE" ] && exit {status}'
    assert run(text, tmp_path, blkid=stub)[: len(fault) or None] == fault
