"""What streams unpack to, by libraries and by programs; initramfs's tests unpack each format."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from tests.support.program import write

from voidgen.system import compressed, decompression, decompression_programs
from voidgen.system.decompression import NoProgramError

FRAMES = zstandard.compress(b"first") + zstandard.compress(b"second")
WAYS = pytest.mark.parametrize(
    "decompress", [compressed.decompress, decompression_programs.decompress]
)
Way = Callable[[io.BufferedReader], io.BufferedReader | None]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


def unpacked(decompress: Way, file: Path, before: int = 0) -> bytes | None:
    """Return what ``file`` unpacks to after the first bytes."""
    with decompression.buffered(file.open("rb")) as stream:
        stream.read(before)
        found = decompress(stream)
        if found is None:
            return None
        with found:
            return found.read()


@WAYS
def test_all_frames_of_zstd(decompress: Way, file: Path) -> None:
    file.write_bytes(FRAMES)
    assert unpacked(decompress, file) == b"firstsecond"


@WAYS
def test_a_stream_in_the_middle_of_a_file(decompress: Way, file: Path) -> None:
    for size in (1, 511, 1 << 21):
        file.write_bytes(bytes(size) + FRAMES)
        assert unpacked(decompress, file, size) == b"firstsecond"


@WAYS
def test_bytes_of_no_format(decompress: Way, file: Path) -> None:
    for data in (b"", b"B", b"070701"):
        file.write_bytes(data)
        assert unpacked(decompress, file) is None


@WAYS
@pytest.mark.parametrize("more", [b"x", b"not a frame"])
def test_bytes_after_the_frames_are_damage(decompress: Way, more: bytes, file: Path) -> None:
    file.write_bytes(FRAMES + more)
    with pytest.raises(decompression.DAMAGED):
        unpacked(decompress, file)


def test_a_program_ends_with_its_stream(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"bin/zstd": f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec cat /dev/zero\n"})
    (tmp_path / "bin/zstd").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin", prepend=os.pathsep)
    file.write_bytes(FRAMES)
    with decompression.buffered(file.open("rb")) as stream:
        found = decompression_programs.decompress(stream)
        assert found is not None
        with found:
            assert found.read(5) == bytes(5)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


@pytest.mark.parametrize("name", ["lz4", "zstd"])
def test_a_missing_program_is_named(
    name: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    file.write_bytes({"lz4": decompression.LZ4, "zstd": decompression.ZSTD}[name])
    with pytest.raises(NoProgramError, match=f"^{name} cannot be started: No such file"):
        unpacked(decompression_programs.decompress, file)
