import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from tests.support.program import voidgen

from voidgen.cli import write as cli
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


RAID = """
{"blockdevices": [
  {"name":"/dev/sda", "type":"disk", "size":512110190592, "ro":false, "rm":true, "hotplug":true,
   "tran":"usb", "model":"mirror a", "fstype":null, "label":null, "mountpoints":[null],
   "children": [
     {"name":"/dev/sda1", "type":"part", "size":511035400192, "ro":false, "rm":true,
      "hotplug":true, "tran":null, "model":null, "fstype":"linux_raid_member",
      "label":"host:0", "mountpoints":[null],
      "children": [
        {"name":"/dev/md0", "type":"raid1", "size":511034351616, "ro":false, "rm":false,
         "hotplug":false, "tran":null, "model":null, "fstype":"ext4", "label":null,
         "mountpoints":%s}
      ]}
   ]},
  {"name":"/dev/zram0", "type":"disk", "size":8589934592, "ro":false, "rm":false,
   "hotplug":false, "tran":null, "model":null, "fstype":"swap", "label":null,
   "mountpoints":["[SWAP]"]}
]}
"""
"""As lsblk of util-linux 2.39 prints a member of a RAID, and compressed memory."""


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ("[null]", "is in use by /dev/md0 (raid1): run `sudo mdadm --stop /dev/md0`"),
        ('["/srv"]', "is in use: /dev/md0 is mounted at /srv: run `sudo umount /dev/md0`"),
        ('["/"]', "holds the running system: take another disk"),
    ],
)
def test_a_member_of_a_raid_is_in_use(places: str, expected: str) -> None:
    devices = disks.parse((RAID % places).encode())
    assert disks.refusal(devices, "/dev/sda", GIB, "/dev/sda") == expected


MANY = """
{"blockdevices": [
  {"name":"/dev/loop0", "type":"loop", "size":0, "ro":false, "rm":false, "hotplug":false,
   "tran":null, "model":null, "fstype":null, "label":null, "mountpoints":[null]},
  {"name":"/dev/loop7", "type":"loop", "size":8589934592, "ro":false, "rm":false, "hotplug":false,
   "tran":null, "model":null, "fstype":null, "label":null, "mountpoints":[null]},
  {"name":"/dev/sda", "type":"disk", "size":0, "ro":false, "rm":true, "hotplug":true,
   "tran":"usb", "model":"Card Reader", "fstype":null, "label":null, "mountpoints":[null]},
  {"name":"/dev/sdb", "type":"disk", "size":31037849600, "ro":false, "rm":true, "hotplug":true,
   "tran":"usb", "model":null, "fstype":"iso9660", "label":"VOID_LIVE", "mountpoints":[null],
   "children": [
     {"name":"/dev/sdb1", "type":"part", "size":681574400, "ro":false, "rm":true, "hotplug":true,
      "tran":null, "model":null, "fstype":"iso9660", "label":"VOID_LIVE",
      "mountpoints":["/media/a b", "/mnt"]},
     {"name":"/dev/sdb3", "type":"part", "size":30064771072, "ro":false, "rm":true, "hotplug":true,
      "tran":null, "model":null, "fstype":"ext4", "label":"data", "mountpoints":["/media/data"]}
   ]},
  {"name":"/dev/sdc", "type":"disk", "size":31037849600, "ro":false, "rm":true, "hotplug":true,
   "tran":"usb", "model":null, "fstype":null, "label":null, "mountpoints":[null]},
  {"name":"/dev/sdd", "type":"disk", "size":1000204886016, "ro":false, "rm":false, "hotplug":true,
   "tran":"usb", "model":"My Passport 25E2", "fstype":null, "label":null, "mountpoints":[null],
   "children": [
     {"name":"/dev/sdd1", "type":"part", "size":1000169234432, "ro":false, "rm":false,
      "hotplug":true, "tran":null, "model":null, "fstype":"crypto_LUKS", "label":null,
      "mountpoints":[null],
      "children": [
        {"name":"/dev/mapper/luks-1", "type":"crypt", "size":1000152457216, "ro":false, "rm":false,
         "hotplug":false, "tran":null, "model":null, "fstype":"ext4", "label":"backup",
         "mountpoints":["/a"]}
      ]}
   ]},
  {"name":"/dev/sr0", "type":"rom", "size":1073741312, "ro":false, "rm":true, "hotplug":true,
   "tran":"sata", "model":"DVD", "fstype":null, "label":null, "mountpoints":[null]},
  {"name":"/dev/mmcblk0", "type":"disk", "size":31268536320, "ro":false, "rm":false,
   "hotplug":false, "tran":null, "model":null, "fstype":null, "label":null, "mountpoints":[null],
   "children": [
     {"name":"/dev/mmcblk0p1", "type":"part", "size":31267487744, "ro":false, "rm":false,
      "hotplug":false, "tran":null, "model":null, "fstype":"vfat", "label":"CARD",
      "mountpoints":[null]}
   ]},
  {"name":"/dev/mmcblk0boot0", "type":"disk", "size":4194304, "ro":true, "rm":false,
   "hotplug":false, "tran":null, "model":null, "fstype":null, "label":null, "mountpoints":[null]},
  {"name":"/dev/nvme0n1", "type":"disk", "size":512110190592, "ro":false, "rm":false,
   "hotplug":false, "tran":"nvme", "model":"Samsung SSD 980", "fstype":null, "label":null,
   "mountpoints":[null],
   "children": [
     {"name":"/dev/nvme0n1p1", "type":"part", "size":512109142016, "ro":false, "rm":false,
      "hotplug":false, "tran":"nvme", "model":null, "fstype":"LVM2_member", "label":null,
      "mountpoints":[null],
      "children": [
        {"name":"/dev/mapper/vg-swap", "type":"lvm", "size":8589934592, "ro":false, "rm":false,
         "hotplug":false, "tran":null, "model":null, "fstype":"swap", "label":null,
         "mountpoints":["[SWAP]"]},
        {"name":"/dev/mapper/vg-root", "type":"lvm", "size":503515062272, "ro":false, "rm":false,
         "hotplug":false, "tran":null, "model":null, "fstype":"ext4", "label":null,
         "mountpoints":["/"]}
      ]}
   ]},
  {"name":"/dev/nvme1n1", "type":"disk", "size":512110190592, "ro":false, "rm":false,
   "hotplug":false, "tran":"nvme", "model":"Samsung SSD 980", "fstype":null, "label":null,
   "mountpoints":[null],
   "children": [
     {"name":"/dev/nvme1n1p1", "type":"part", "size":512109142016, "ro":false, "rm":false,
      "hotplug":false, "tran":"nvme", "model":null, "fstype":"LVM2_member", "label":null,
      "mountpoints":[null],
      "children": [
        {"name":"/dev/mapper/other-swap", "type":"lvm", "size":8589934592, "ro":false, "rm":false,
         "hotplug":false, "tran":null, "model":null, "fstype":"swap", "label":null,
         "mountpoints":["[SWAP]"]}
      ]}
   ]}
]}
"""
"""As lsblk of util-linux 2.38 prints a card reader, sticks, LUKS, a card in its own slot, LVM."""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("/dev/loop0", "has no medium: insert one"),
        ("/dev/loop7", "is not removable: to erase it all the same, add --force-device /dev/loop7"),
        ("/dev/sda", "has no medium: insert one"),
        (
            "/dev/sdb",
            "is in use: /dev/sdb1 is mounted at /media/a b: run `sudo umount /dev/sdb1 /dev/sdb3`",
        ),
        ("/dev/sdb3", "is a part of /dev/sdb: name the whole disk"),
        ("/dev/sdc", ""),
        (
            "/dev/sdd",
            "is in use: /dev/mapper/luks-1 is mounted at /a: run `sudo umount /dev/mapper/luks-1`",
        ),
        ("/dev/mapper/luks-1", "is a part of /dev/sdd: name the whole disk"),
        ("/dev/sr0", "is not a disk: run `voidgen write` for a list"),
        (
            "/dev/mmcblk0",
            "is not removable: to erase it all the same, add --force-device /dev/mmcblk0",
        ),
        ("/dev/mmcblk0p1", "is a part of /dev/mmcblk0: name the whole disk"),
        (
            "/dev/mmcblk0boot0",
            "is read-only: move the card's write-protection switch, or take another disk",
        ),
        ("/dev/nvme0n1", "holds the running system: take another disk"),
        (
            "/dev/nvme1n1",
            "is in use: /dev/mapper/other-swap is swap: run `sudo swapoff /dev/mapper/other-swap`",
        ),
    ],
)
def test_each_kind_of_disk(name: str, expected: str) -> None:
    devices = disks.parse(MANY.encode())
    assert disks.refusal(devices, name, GIB, None) == expected


def test_the_list_has_disks_without_a_model_and_none_without_a_medium(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(disks, "read", lambda _: disks.parse(MANY.encode()))
    ran = voidgen("write", cwd=tmp_path)
    assert ran.out == (
        "/dev/sdb  28.9 GiB\n/dev/sdc  28.9 GiB\n/dev/sdd  931.5 GiB  My Passport 25E2\n"
        "To write to one: voidgen write /dev/sdb\n"
    )


def test_an_old_lsblk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real lsblk, asked for a column that it does not know."""
    monkeypatch.setattr(disks, "LSBLK", (*disks.LSBLK[:-1], f"{disks.FIELDS},OF-THE-FUTURE"))
    with pytest.raises(StepFailedError, match="lsblk: is too old") as caught:
        disks.read(tmp_path)
    assert caught.value.remedy == "install util-linux 2.37 or later"


def test_a_machine_without_disks_has_an_empty_list() -> None:
    done = subprocess.run([*disks.LSBLK, "--include", "9999"], capture_output=True, check=True)
    assert disks.parse(done.stdout) == ()


def test_compressed_memory_is_no_stick() -> None:
    devices = disks.parse((RAID % "[null]").encode())
    assert "/dev/zram0" not in {one.name for one in disks.candidates(devices)}
    assert "is swap" in disks.refusal(devices, "/dev/zram0", GIB, "/dev/zram0")


def test_names_on_the_disk_do_not_control_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The label and the model are someone else's bytes; lsblk escapes some of them as \\x1b."""
    children = [part("/dev/sdb1", label="\x1b[2J", fstype="vfat")]
    found = [disk("/dev/sdb", **USB, model="Stick\\x20\n\x07", children=children)]
    (device,) = disks.parse(json.dumps({"blockdevices": found}).encode())
    for stream in (sys.stdin, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr(click, "confirm", lambda *_, **__: True)
    cli.ask(device)
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "Stick\\x20\\n\\x07" in said


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


@pytest.mark.parametrize(
    ("user", "remedy"),
    [
        (1000, "run `sudo voidgen write a.iso /dev/sdb`"),
        (0, "run voidgen outside of the container, or give the container this disk"),
    ],
)
def test_without_permission_the_remedy_is_shown(
    user: int, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    with pytest.raises(StepFailedError) as raised:
        copy.open_disk(Path("/dev/sdb"), "voidgen write a.iso /dev/sdb")
    assert raised.value.remedy == remedy
