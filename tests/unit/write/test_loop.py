import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest
from tests.support.program import voidgen
from tests.unit.write.loops import attached

from voidgen.errors import StepFailedError
from voidgen.progress import NoProgress
from voidgen.write import copy

SIZE = 9 << 20


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[str]:
    file = tmp_path / "disk"
    file.write_bytes(b"x" * (SIZE + (1 << 20)))
    with attached(file) as device:
        yield device


@pytest.fixture
def iso(tmp_path: Path) -> Path:
    data = bytearray(os.urandom(SIZE))
    data[32769:32774] = b"CD001"
    data[32848:32852] = (SIZE // 2048).to_bytes(4, "little")
    file = tmp_path / "a.iso"
    file.write_bytes(data)
    return file


def test_the_disk_has_the_iso(loop: str, iso: Path, tmp_path: Path) -> None:
    ran = voidgen("write", str(iso), loop, "--force-device", loop, "--yes", cwd=tmp_path)
    assert ran.status == 0, ran.err
    assert Path(loop).read_bytes()[:SIZE] == iso.read_bytes()
    assert (tmp_path / "disk").read_bytes()[SIZE:] == b"x" * (1 << 20)


@pytest.mark.parametrize("sums", [None, "", "of another.iso"])
def test_an_iso_without_a_sum_is_written_with_a_warning(
    sums: str | None, loop: str, iso: Path, tmp_path: Path
) -> None:
    if sums is not None:
        (tmp_path / "a.iso.sha256").write_text(f"{'0' * 64}  b.iso\n" if sums else "")
    ran = voidgen("write", str(iso), loop, "--force-device", loop, "--yes", cwd=tmp_path)
    assert ran.status == 0, ran.err
    assert "a.iso: was not checked: there is no a.iso.sha256 with its sum beside it" in ran.err


def test_an_iso_with_its_sum_is_written_without_a_warning(
    loop: str, iso: Path, tmp_path: Path
) -> None:
    hash_ = hashlib.sha256(iso.read_bytes()).hexdigest()
    (tmp_path / "a.iso.sha256").write_text(f"{hash_}  a.iso\n")
    ran = voidgen("write", str(iso), loop, "--force-device", loop, "--yes", cwd=tmp_path)
    assert ran.status == 0, ran.err
    assert "warning" not in ran.err


@pytest.mark.parametrize("words", [[], ["--force-device", "LOOP"]])
def test_nothing_is_written_without_consent(
    words: list[str], loop: str, iso: Path, tmp_path: Path
) -> None:
    given = [loop if word == "LOOP" else word for word in words]
    ran = voidgen("write", str(iso), loop, *given, cwd=tmp_path)
    assert ran.status == (1 if words else 2)
    assert ("--yes" if words else "--force-device") in ran.err
    assert set(Path(loop).read_bytes()) == {ord("x")}


def test_a_disk_in_use_is_refused(loop: str) -> None:
    disk = copy.open_disk(Path(loop), "")
    try:
        with pytest.raises(StepFailedError, match="in use"):
            copy.open_disk(Path(loop), "")
    finally:
        os.close(disk)


@pytest.mark.parametrize("fault", ["sum", "short", "text"])
def test_a_damaged_iso_is_refused(fault: str, loop: str, iso: Path, tmp_path: Path) -> None:
    if fault == "sum":
        (tmp_path / "a.iso.sha256").write_text(f"{'0' * 64}  a.iso\n")
    else:
        os.truncate(iso, SIZE - 2048 if fault == "short" else 100)
    ran = voidgen("write", str(iso), loop, "--force-device", loop, "--yes", cwd=tmp_path)
    assert ran.status == 2
    expected = {"sum": "does not match", "short": "shorter than it says", "text": "not an ISO"}
    assert expected[fault] in ran.err
    assert set(Path(loop).read_bytes()) == {ord("x")}


def test_other_bytes_on_the_disk_are_found(
    loop: str, iso: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(disk: int, _: int) -> int:
        os.pwrite(disk, b"?" * 512, SIZE - 512)
        return 0

    monkeypatch.setattr(fcntl, "ioctl", spoil)
    hash_ = hashlib.sha256(iso.read_bytes()).hexdigest()
    disk = copy.open_disk(Path(loop), "")
    try:
        with pytest.raises(StepFailedError, match="other bytes"):
            copy.write(iso, disk, hash_, NoProgress())
    finally:
        os.close(disk)


def test_a_loop_device_of_the_iso_is_refused(loop: str, iso: Path, tmp_path: Path) -> None:
    """To write to it would damage the ISO."""
    disk = tmp_path / "disk"
    with disk.open("r+b") as stream:
        stream.write(iso.read_bytes())
    before = disk.read_bytes()
    (tmp_path / "b.iso").symlink_to(disk)
    ran = voidgen("write", "b.iso", loop, "--force-device", loop, "--yes", cwd=tmp_path)
    assert ran.status == 2
    assert f"{loop}: is a loop device of b.iso itself" in ran.err
    assert disk.read_bytes() == before


def test_an_iso_that_changes_meanwhile_does_not_boot(loop: str, iso: Path) -> None:
    """As while it is copied: the end of the file changes between the check and the copy."""
    hash_ = hashlib.sha256(iso.read_bytes()).hexdigest()
    with iso.open("r+b") as stream:
        stream.seek(SIZE - 1)
        stream.write(b"?")
    disk = copy.open_disk(Path(loop), "")
    try:
        with pytest.raises(StepFailedError, match=r"a\.iso: has changed while it was written"):
            copy.write(iso, disk, hash_, NoProgress())
    finally:
        os.close(disk)
    assert Path(loop).read_bytes()[:512] == bytes(512)


def test_a_disk_that_is_too_small_is_refused(loop: str, iso: Path, tmp_path: Path) -> None:
    data = bytearray(iso.read_bytes() + bytes(2 << 20))
    data[32848:32852] = (len(data) // 2048).to_bytes(4, "little")
    iso.write_bytes(data)
    ran = voidgen("write", "a.iso", loop, "--force-device", loop, "--yes", cwd=tmp_path)
    assert ran.status == 2
    assert f"{loop}: is too small (10.0 MiB; the ISO needs 11.0 MiB)" in ran.err
    assert set(Path(loop).read_bytes()) == {ord("x")}


def test_a_plain_user_is_told_the_command(loop: str, iso: Path, tmp_path: Path) -> None:
    """In a process of its own, without root's rights."""
    nobody = ("--reuid", "65534", "--clear-groups", "--bounding-set", "-all", "--inh-caps", "-all")
    program = "from voidgen.cli import main; main()"
    words = ("write", iso, loop, "--force-device", loop, "--yes")
    above = takewhile(lambda one: str(one) != tempfile.gettempdir(), tmp_path.parents)
    for folder in (tmp_path, *above):
        folder.chmod(0o755)
    done = subprocess.run(
        ["setpriv", *nobody, sys.executable, "-c", program, *words],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert f"{loop}: you may not write to it\n  run `sudo " in done.stderr
    assert f"write {iso} {loop} --yes --force-device {loop}`" in done.stderr
    assert set(Path(loop).read_bytes()) == {ord("x")}
