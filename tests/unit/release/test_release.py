"""Sums and signatures, with the real ssh-keygen."""

import subprocess
from pathlib import Path

import pytest

from voidgen.errors import StepFailedError, WrongInputError
from voidgen.provenance import signature
from voidgen.system import sha256sums, sri

DATA = b"the sums\n"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for name in ("mine", "other"):
        argv = [
            "ssh-keygen",
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-C",
            "x y",
            "-f",
            str(folder / name),
        ]
        subprocess.run(argv, check=True)
    return folder


def test_sums_are_those_of_sha256sum(tmp_path: Path) -> None:
    hashes = {}
    for name in ("a.iso", "b c.json"):
        (tmp_path / name).write_text(name)
        hashes[name] = sri.of_file(tmp_path / name)
    (tmp_path / "x.sha256").write_bytes(sha256sums.dump(hashes))
    subprocess.run(["sha256sum", "--check", "--strict", "x.sha256"], cwd=tmp_path, check=True)
    assert sha256sums.parse(sha256sums.dump(hashes)) == hashes
    written = subprocess.run(["sha256sum", *hashes], cwd=tmp_path, check=True, capture_output=True)
    assert sha256sums.parse(written.stdout) == hashes


@pytest.mark.parametrize(
    "data",
    [
        b"x\n",
        b"00  a\n",
        b"0" * 64 + b"  ../a\n",
        b"0" * 64 + b"  /a\n",
        b"0" * 64 + b"  \n",
        (b"0" * 64 + b"  a\n") * 2,
        b"\\" + b"0" * 64 + b"  a\n",
    ],
)
def test_a_file_that_is_not_a_list_of_sums_gives_none(data: bytes) -> None:
    assert sha256sums.parse(data) is None


def signed(folder: Path, key: Path, data: bytes = DATA) -> Path:
    file = folder / "x.sig"
    file.write_bytes(signature.sign(data, key))
    return file


def test_a_signature_of_a_trusted_key_is_good(keys: Path, tmp_path: Path) -> None:
    file = signed(tmp_path, keys / "mine")
    public = (keys / "mine.pub").read_text().strip()
    for allowed in (
        signature.signers([], [public]),
        signature.signers([keys / "mine.pub"], []),
        signature.signers([keys / "other.pub", keys / "mine.pub"], []),
    ):
        found = signature.check(DATA, file.read_bytes(), allowed)
        assert (found.good, found.who.startswith("ED25519 key SHA256:")) == (True, True)
    # A file of allowed signers, as git uses it.
    (tmp_path / "allowed").write_text(f"# ours\nme@example.org {public}\n")
    found = signature.check(DATA, file.read_bytes(), signature.signers([tmp_path / "allowed"], []))
    assert found.good
    assert found.who.startswith("me@example.org, ED25519 key SHA256:")


def test_a_signature_of_another_key_is_not_good(keys: Path, tmp_path: Path) -> None:
    file = signed(tmp_path, keys / "other")
    found = signature.check(DATA, file.read_bytes(), signature.signers([keys / "mine.pub"], []))
    assert not found.good
    assert "SHA256:" in found.who
    assert not signature.check(DATA, file.read_bytes(), []).good


def test_a_signature_of_other_bytes_is_not_good(keys: Path, tmp_path: Path) -> None:
    allowed = signature.signers([keys / "mine.pub"], [])
    file = signed(tmp_path, keys / "mine", b"other sums\n")
    assert signature.check(DATA, file.read_bytes(), allowed).who == ""
    file.write_bytes(b"garbage")
    assert signature.check(DATA, file.read_bytes(), allowed).who == ""
    # In another namespace.
    argv = ["ssh-keygen", "-Y", "sign", "-q", "-n", "git", "-f", str(keys / "mine")]
    file.write_bytes(subprocess.run(argv, input=DATA, capture_output=True, check=True).stdout)
    assert signature.check(DATA, file.read_bytes(), allowed).who == ""


def test_signing_with_a_wrong_key_is_an_error(keys: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("no key")
    for key in (tmp_path / "key", tmp_path / "missing"):
        with pytest.raises(StepFailedError) as caught:
            signature.sign(DATA, key)
        assert caught.value.output
    assert signature.sign(DATA, keys / "mine")


@pytest.mark.parametrize("text", ["", "# nobody\n", "me@example.org\n", "<html>\n"])
def test_a_file_without_signers_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "signers").write_text(text)
    with pytest.raises(WrongInputError, match="names no signers"):
        signature.signers([tmp_path / "signers"], [])


def test_a_private_key_is_refused_and_not_shown(keys: Path) -> None:
    with pytest.raises(WrongInputError) as caught:
        signature.signers([keys / "mine"], [])
    assert "KEY" not in caught.value.faults[0].what
