"""What is checked in a booted image of the names that [image] gives it."""

from __future__ import annotations

from tests.support import documents

from voidgen.boot import identity_checks


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
