import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from voidgen.errors import StepFailedError
from voidgen.write import copy, disks

GIB = 1 << 30


def disk(name: str, **facts: Any) -> dict[str, Any]:
    found = {"type": "disk", "size": 16 * GIB, "ro": False, "rm": False, "hotplug": False}
    rest = {"tran": None, "model": None, "fstype": None, "label": None, "mountpoints": [None]}
    return {"name": name, **found, **rest, **facts}


def part(name: str, *places: str, **facts: Any) -> dict[str, Any]:
    return disk(name, **{"type": "part", "mountpoints": list(places), **facts})


def why(name: str, *found: dict[str, Any], size: int = GIB, forced: str | None = None) -> str:
    devices = disks.parse(json.dumps({"blockdevices": found}).encode())
    return disks.refusal(devices, name, size, forced)


USB = {"rm": True, "hotplug": True, "tran": "usb"}
NVME = "/dev/nvme0n1"
LUKS = part("/dev/mapper/x", "/", type="crypt")


def test_a_free_stick_may_be_written_to() -> None:
    children = [part("/dev/sdb1", fstype="vfat")]
    assert not why("/dev/sdb", disk("/dev/sdb", **USB, children=children))


@pytest.mark.parametrize(
    ("name", "found", "expected"),
    [
        ("/dev/sdb", disk("/dev/sdb", **{**USB, "size": 0}), "no medium"),
        ("/dev/sdb", disk("/dev/sdb", **{**USB, "ro": True}), "is read-only"),
        ("/dev/sdb", disk("/dev/sdb", **{**USB, "size": GIB - 1}), "is too small"),
        ("/dev/sdb", disk("/dev/sdb", **{**USB, "mountpoints": ["/mnt"]}), "umount /dev/sdb`"),
        ("/dev/sdb", disk("/dev/sdb", **USB, children=[part("/dev/sdb1", "[SWAP]")]), "swapoff"),
        (
            "/dev/sdb",
            disk("/dev/sdb", **USB, children=[part("/dev/sdb1", "/run/initramfs/live")]),
            "holds the running system",
        ),
        (NVME, disk(NVME, children=[part("p2", children=[LUKS])]), "holds the running system"),
        (
            "/dev/sdb",
            disk("/dev/sdb", **USB, children=[part("/dev/vg/a", type="lvm")]),
            "is in use by /dev/vg/a (lvm)",
        ),
        (NVME, disk(NVME), f"add --force-device {NVME}"),
        ("/dev/sdb1", disk("/dev/sdb", **USB, children=[part("/dev/sdb1")]), "part of /dev/sdb:"),
        ("/dev/sr0", disk("/dev/sr0", type="rom", rm=True), "is not a disk"),
        ("/dev/sdz", disk("/dev/sdb", **USB), "is not a disk"),
    ],
)
def test_refused(name: str, found: dict[str, Any], expected: str) -> None:
    assert expected in why(name, found)


def test_force_device_names_the_same_disk() -> None:
    assert not why(NVME, disk(NVME), forced=NVME)
    assert why(NVME, disk(NVME), forced="/dev/sda")
    assert "is in use" in why(NVME, disk(NVME, mountpoints=["/srv"]), forced=NVME)


def test_the_list_has_removable_disks_with_a_medium() -> None:
    found = [disk(NVME), disk("/dev/sdb", **USB), disk("/dev/sdc", **{**USB, "size": 0})]
    devices = disks.parse(json.dumps({"blockdevices": found}).encode())
    assert [one.name for one in disks.candidates(devices)] == ["/dev/sdb"]


def test_what_will_be_lost() -> None:
    children = [part("/dev/sdb1", fstype="vfat", label="PHOTOS")]
    found = [disk("/dev/sdb", **USB, model="Stick", children=children)]
    devices = disks.parse(json.dumps({"blockdevices": found}).encode())
    first, second = disks.contents(devices[0])
    assert first.startswith("/dev/sdb  16")
    assert first.endswith("  Stick")
    assert second.endswith("  vfat  PHOTOS")


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"blockdevices": [{"name": "x"}]}'])
def test_another_form_is_an_error(answer: bytes) -> None:
    with pytest.raises(StepFailedError, match="lsblk"):
        disks.parse(answer)


def test_without_permission_the_command_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StepFailedError) as raised:
        copy.open_disk(Path("/dev/sdb"), "voidgen write a.iso /dev/sdb")
    assert raised.value.remedy == "run `sudo voidgen write a.iso /dev/sdb`"
