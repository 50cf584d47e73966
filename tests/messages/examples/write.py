"""`voidgen write`."""

import errno
import hashlib
import io
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import pytest
from attrs import evolve
from pycdlib import PyCdlib
from tests.support import documents
from tests.support.program import Ran, voidgen

from voidgen.cli import write
from voidgen.errors import WrongInputError
from voidgen.image import snapshot_file
from voidgen.image.snapshot import Snapshot
from voidgen.progress import NoProgress
from voidgen.write import copy, disks, iso_file, persistence


def too_many(repository: Path, _: pytest.MonkeyPatch) -> Ran:
    return voidgen("write", "a", "b", "c", cwd=repository)


def iso_missing(repository: Path, _: pytest.MonkeyPatch) -> None:
    iso_file.size_of(repository / "a.iso")


def not_an_iso(repository: Path, _: pytest.MonkeyPatch) -> None:
    (repository / "a.iso").write_bytes(b"text")
    iso_file.size_of(repository / "a.iso")


def iso_short(repository: Path, _: pytest.MonkeyPatch) -> None:
    data = bytes(32768) + b"\1CD001" + bytes(74) + b"\xff\0\0\0"
    (repository / "a.iso").write_bytes(data)
    iso_file.size_of(repository / "a.iso")


def other_sum(repository: Path, _: pytest.MonkeyPatch) -> None:
    (repository / "a.iso").write_bytes(b"text")
    (repository / "a.iso.sha256").write_text(f"{'0' * 64}  a.iso\n")
    iso_file.checked(repository / "a.iso", NoProgress())


def other_lsblk(_: Path, __: pytest.MonkeyPatch) -> None:
    disks.parse(b"[]")


def _refused(monkeypatch: pytest.MonkeyPatch, number: int, user: int = 1000) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    copy.open_disk(Path("/dev/sdb"), "voidgen write a.iso /dev/sdb")


def changed(repository: Path, _: pytest.MonkeyPatch) -> None:
    _written(repository, "0")


def without_a_sum(repository: Path, _: pytest.MonkeyPatch) -> None:
    raise WrongInputError(iso_file.not_checked(repository / "a.iso"))


def old_lsblk(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disks, "LSBLK", (*disks.LSBLK[:-1], "MOUNTPOINTS,OF-THE-FUTURE"))
    disks.read(repository)


def _iso(repository: Path) -> None:
    descriptor = bytes(32768) + b"\1CD001" + bytes(74) + b"\x11\0\0\0"
    (repository / "a.iso").write_bytes(descriptor.ljust(17 * 2048, b"\0"))


def _named(repository: Path, monkeypatch: pytest.MonkeyPatch, *disk: disks.Device) -> Ran:
    """Run `voidgen write a.iso /dev/sdb` on a machine with ``disk``."""
    _iso(repository)
    monkeypatch.setattr(disks, "read", lambda _: disk)
    return voidgen("write", "a.iso", "/dev/sdb", cwd=repository)


def not_removable(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Ran:
    return _named(repository, monkeypatch, evolve(DISK, rm=False, hotplug=False))


def too_small(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Ran:
    return _named(repository, monkeypatch, evolve(DISK, size=1024))


def mounted(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Ran:
    part = disks.Device("/dev/sdb1", "part", 1 << 29, ro=False, rm=True, hotplug=True)
    parts = (
        evolve(part, mountpoints=("/mnt",)),
        evolve(part, name="/dev/sdb2", mountpoints=("/a",)),
    )
    return _named(repository, monkeypatch, evolve(DISK, children=parts))


def of_a_raid(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Ran:
    raid = disks.Device("/dev/md0", "raid1", 1 << 29, ro=False, rm=False, hotplug=False)
    return _named(repository, monkeypatch, evolve(DISK, children=(raid,)))


def of_the_iso(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Ran:
    monkeypatch.setattr(disks, "is_made_of", lambda *_: True)
    return _named(repository, monkeypatch, DISK)


def _planned(repository: Path, table: bytes, *modules: Mapping[str, object]) -> None:
    """Plan a partition for an ISO whose image has ``modules``; ``table`` ends its first sector."""
    iso = repository / "a.iso"
    made = PyCdlib()
    made.new(interchange_level=3, rock_ridge="1.09")
    plan = documents.plan(image={"name": "x"}, modules=[*modules])
    content = snapshot_file.dump(Snapshot("x", plan))
    made.add_fp(io.BytesIO(content), len(content), "/VOIDGEN.JSO;1", rr_name="voidgen.json")
    made.write(str(iso))
    made.close()
    with iso.open("r+b") as stream:
        stream.seek(446)
        stream.write(table)
    persistence.plan(iso, 1 << 20, 1 << 30, None)


def keeps_nothing(repository: Path, _: pytest.MonkeyPatch) -> None:
    _planned(repository, bytes(64) + b"\x55\xaa")


def _with_table(repository: Path, table: bytes) -> None:
    module = {"name": "persistence", "by": [], "options": {"label": "my-data"}}
    _planned(repository, table, module)


def without_a_table(repository: Path, _: pytest.MonkeyPatch) -> None:
    _with_table(repository, bytes(66))


def with_a_gpt(repository: Path, _: pytest.MonkeyPatch) -> None:
    _with_table(repository, b"\xee" * 64 + b"\x55\xaa")


def with_a_full_table(repository: Path, _: pytest.MonkeyPatch) -> None:
    _with_table(repository, b"\1" * 64 + b"\x55\xaa")


def no_room(_: Path, __: pytest.MonkeyPatch) -> None:
    persistence.place(1 << 29, 1 << 30, 1 << 29, "data")


def too_little(_: Path, __: pytest.MonkeyPatch) -> None:
    persistence.place(1 << 29, 1 << 30, 1 << 20, "data")


def without_sfdisk(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    persistence.find("sfdisk")


def no_permission(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _refused(monkeypatch, errno.EACCES)


def in_a_container(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _refused(monkeypatch, errno.EPERM, user=0)


def in_use(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _refused(monkeypatch, errno.EBUSY)


def not_a_disk(repository: Path, _: pytest.MonkeyPatch) -> None:
    (repository / "a").touch()
    copy.open_disk(repository / "a", "")


def _written(repository: Path, hash_: str) -> None:
    (repository / "a.iso").write_bytes(b"text")
    disk = os.open(repository / "disk", os.O_RDWR | os.O_CREAT)
    try:
        copy.write(repository / "a.iso", disk, hash_, NoProgress())
    finally:
        os.close(disk)


def other_bytes(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "pread", lambda *_: b"TEXT")
    _written(repository, hashlib.sha256(b"text").hexdigest())


def unusable(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "pwrite", refuse)
    _written(repository, "0")


DISK = disks.Device("/dev/sdb", "disk", 1 << 30, ro=False, rm=True, hotplug=True)


def no_terminal(_: Path, __: pytest.MonkeyPatch) -> None:
    write.ask(DISK)


def answered_no(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (sys.stdin, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr(click, "confirm", lambda *_, **__: False)
    write.ask(DISK)
