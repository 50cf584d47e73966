"""`voidgen write`."""

import errno
import os
import sys
from pathlib import Path

import click
import pytest
from tests.support import documents, made_iso
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


def _refused(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    copy.open_disk(Path("/dev/sdb"), "voidgen write a.iso /dev/sdb")


def no_permission(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _refused(monkeypatch, errno.EACCES)


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


def other_bytes(repository: Path, _: pytest.MonkeyPatch) -> None:
    _written(repository, "0")


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


def no_sum(repository: Path, _: pytest.MonkeyPatch) -> None:
    raise WrongInputError(iso_file.not_checked(repository / "a.iso"))


def persistence_size(repository: Path, _: pytest.MonkeyPatch) -> Ran:
    return voidgen("write", "--persistence", "4 giga", "a.iso", "/dev/sdb", cwd=repository)


def persistence_too_small(_: Path, __: pytest.MonkeyPatch) -> None:
    persistence.place(1 << 20, 1 << 30, 1 << 20, "changes")


def persistence_no_room(_: Path, __: pytest.MonkeyPatch) -> None:
    persistence.place(1 << 20, 1 << 30, 1 << 30, "changes")


def persistence_no_entry(repository: Path, _: pytest.MonkeyPatch) -> None:
    persistence.plan(made_iso.write(repository / "a.iso"), 1 << 20, 1 << 30, None)


def persistence_program_missing(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = {"name": "persistence", "by": [documents.BY], "options": {"label": "changes"}}
    plan = documents.plan(modules=[module])
    iso = made_iso.write(repository / "a.iso", snapshot_file.dump(Snapshot("x", plan)))
    monkeypatch.setattr(persistence, "FOLDERS", str(repository))
    monkeypatch.setenv("PATH", str(repository))
    persistence.plan(iso, 1 << 20, 1 << 30, None)
