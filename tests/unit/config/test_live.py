"""[live] of voidgen.toml: passwords, SSH keys and the label of persistence."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from voidgen import config
from voidgen.errors import WrongInputError

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVzZWQgaW4gdGVzdHMgb25seSwgbm90IGEga2V5 me"
IMAGE = '[image]\nname = "x"\n'
BCRYPT = "$2b$12$" + "a" * 53
YESCRYPT = "$y$j9T$" + "a" * 22 + "$" + "b" * 43


def of(live: str, arch: str = "x86_64") -> config.Config:
    return config.load(Path("/project"), f'{IMAGE}arch = "{arch}"\n[live]\n{live}\n')


def fault(live: str, arch: str = "x86_64") -> str:
    with pytest.raises(WrongInputError) as raised:
        of(live, arch)
    (found,) = raised.value.faults
    return f"{found.key}: {found.what}\n{found.remedy}"


@pytest.mark.parametrize("kind", ["-5", "-6"])
def test_a_hash_that_openssl_makes_is_taken(kind: str) -> None:
    command = ["openssl", "passwd", kind, "-stdin"]
    made = subprocess.run(command, input="x", capture_output=True, text=True, check=True).stdout
    assert of(f"password = '{made.strip()}'").live.of_root() == made.strip()


@pytest.mark.parametrize("word", ["none", "locked", "random", "voidlinux", BCRYPT, YESCRYPT])
def test_a_word_or_hash_is_taken(word: str) -> None:
    assert of(f"root-password = '{word}'").live.of_root() == word


@pytest.mark.parametrize("given", ["'geheim'", "12345", "'none '", "'geheim$6$'", "'$6$geheim'"])
def test_a_password_is_refused_and_not_repeated(given: str) -> None:
    said = fault(f"password = {given}")
    assert said.startswith("('live', 'password'): expected ")
    assert "geheim" not in said
    assert "12345" not in said


def test_a_plain_password_gets_the_command_that_makes_a_hash() -> None:
    assert "`openssl passwd -6`" in fault("password = 'geheim'").splitlines()[1]


@pytest.mark.parametrize(
    ("hashed", "remedy"),
    [
        ("$1$abc$abcdefghijklmnopqrstuv", "easy to break"),
        ("$6$abc$short", "not a whole hash"),
        ("$2b$03$" + "a" * 53, "not a whole hash"),
        ("$6$rounds=999$abc$" + "a" * 86, "not a whole hash"),
    ],
)
def test_a_hash_that_crypt_would_refuse_gets_a_remedy(hashed: str, remedy: str) -> None:
    assert remedy in fault(f"password = '{hashed}'")


@pytest.mark.parametrize("hashed", [YESCRYPT, "$6$rounds=10000000$abc$" + "a" * 86])
def test_a_hash_that_musl_lacks_is_refused(hashed: str) -> None:
    said = fault(f"root-password = '{hashed}'", "x86_64-musl")
    assert said.startswith("('live', 'root-password'): musl, the C library of x86_64-musl, ")
    assert of(f"root-password = '{BCRYPT}'", "x86_64-musl").live.of_root() == BCRYPT


def test_a_private_key_is_refused_and_not_repeated() -> None:
    said = fault("ssh-keys = ['b3BlbnNzaC1rZXktdjEAAAAA']")
    assert re.match(r"\('live', 'ssh-keys', 0\): .* not shown here", said)


def whole(image: str, more: str) -> config.Config:
    return config.load(Path("/project"), f"{IMAGE}{image}\n{more}")


@pytest.mark.parametrize("label", ["d", "my-data_1.2", "x" * 16])
def test_a_label_of_ext4_is_taken(label: str) -> None:
    assert of(f"persistence = '{label}'").live.persistence == label


@pytest.mark.parametrize(
    ("label", "remedy"),
    [
        ("x" * 17, "shorten it: ext4 has room for 16 characters"),
        ("VOID_LIVE", "choose another label: this one is the ISO's own"),
        ("", ""),
        ("my data", ""),
        ("-x", ""),
        ("a/b", ""),
    ],
)
def test_another_label_is_refused(label: str, remedy: str) -> None:
    said = fault(f"persistence = '{label}'")
    assert said.startswith("('live', 'persistence'): expected the label of an ext4 partition")
    assert said.endswith(f"\n{remedy}")


@pytest.mark.parametrize(
    ("image", "more", "key"),
    [
        ("cmdline = ['quiet', 'rd.live.overlay=/dev/sdb']", "[live]\npersistence = 'a'", "cmdline"),
        ("cmdline = ['quiet', 'rd.overlay.reset']", "[live]\npersistence = 'a'", "cmdline"),
        ("", "[boot]\ndefault = 'persistent'", "default"),
        ("", "[boot.entries.persistent]\ntitle = 'x'\ncmdline = ['x']", "persistent"),
    ],
)
def test_what_contradicts_persistence_is_refused(image: str, more: str, key: str) -> None:
    with pytest.raises(WrongInputError) as raised:
        whole(image, more)
    (found,) = raised.value.faults
    assert key in found.key


def test_the_entry_that_keeps_changes_can_be_the_default() -> None:
    found = whole("", "[boot]\ndefault = 'persistent'\n[live]\npersistence = 'a'\n")
    assert found.boot
    assert found.boot.default == "persistent"
