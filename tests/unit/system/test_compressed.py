"""What streams unpack to; the tests of initramfs and of repositories unpack each format."""

import io

import zstandard

from voidgen.system import compressed

FRAMES = zstandard.compress(b"first") + zstandard.compress(b"second")


def test_all_frames_of_zstd() -> None:
    unpacked = compressed.decompress(compressed.buffered(io.BytesIO(FRAMES)))
    assert unpacked is not None
    assert unpacked.read() == b"firstsecond"


def test_bytes_of_no_format() -> None:
    for data in (b"", b"B", b"070701"):
        assert compressed.decompress(compressed.buffered(io.BytesIO(data))) is None
