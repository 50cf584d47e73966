"""SHA-256 hashes as Nix and the web write them."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voidgen.system import sri


@given(st.binary(min_size=32, max_size=32))
def test_sri(digest: bytes) -> None:
    text = sri.of_digest(digest)
    assert text == "sha256-" + b64encode(digest).decode()
    assert sri.hex_of(text) == digest.hex()
    assert sri.of_hex(digest.hex()) == sri.of_hex(digest.hex().upper()) == text


@given(st.text())
@example("sha512-" + "A" * 43 + "=")
@example("A" * 43 + "=")
@example("sha256-" + "A" * 42 + "B=")
@example("sha256-" + "A" * 43 + "=\n")
@example("sha256-" + "A" * 43)
@example("sha256-é")
@example("0" * 63)
@example("0" * 62 + " 0")
@example("\N{ARABIC-INDIC DIGIT ZERO}" * 64)
@example("0" * 64 + "\n")
def test_text_that_is_not_a_hash_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a SHA-256 hash"):
        sri.hex_of(text)
    with pytest.raises(ValueError, match="is not a SHA-256 hash"):
        sri.of_hex(text)


def test_a_digest_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="a SHA-256 digest has 32 bytes, not 31"):
        sri.of_digest(bytes(31))


def test_sri_of_a_file(tmp_path: Path) -> None:
    data = Random(1).randbytes(3_000_000)
    (tmp_path / "f").write_bytes(data)
    assert sri.of_file(tmp_path / "f") == sri.of_digest(sha256(data).digest())
