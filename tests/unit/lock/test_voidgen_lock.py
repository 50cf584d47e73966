"""What voidgen.lock looks like; any damage to it is found by its checksum."""

import json
import random
import subprocess
from pathlib import Path
from typing import Any, TypeVar

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.support.lock import (
    IMAGE,
    PRINT,
    URL,
    digest,
    lock,
    package,
    packages,
)
from tests.support.program import write
from tests.unit.lock.small_lock import BODY, DATA, EDITED, FILE, refused

from voidgen.config import rules
from voidgen.lock import types
from voidgen.lock import voidgen_lock as lock_file
from voidgen.lock.flake_lock import RESTORE
from voidgen.lock.lock_json import VERSION
from voidgen.lock.types import FlakeInput, Lock
from voidgen.schema.rule import Rule
from voidgen.system import sri
from voidgen.system.credentials import secret_in
from voidgen.xbps.types import ARCH, PKGVER, TRANSACTION, Key, Package, Repository, Request, Xbps

T = TypeVar("T")


def spelled(rule: Rule) -> st.SearchStrategy[str]:
    """Draw texts that a rule accepts, without URLs with passwords."""
    return st.from_regex(rule.pattern, fullmatch=True).filter(lambda text: not secret_in(text))


def some(of: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(of, unique=True, max_size=3).map(tuple)


def made(cls: type[T], *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[T]:
    """Like `builds`, whose output for such values is too long."""
    return st.tuples(*parts).map(lambda given: cls(*given))


ARCHES, URLS = spelled(ARCH), spelled(rules.REPOSITORY)
# Drawing long texts from their rules takes too long.
HASHES = st.binary(min_size=32, max_size=32).map(sri.of_digest)
PRINTS = st.binary(min_size=16, max_size=16).map(lambda data: data.hex(":"))
REQUESTS = made(Request, ARCHES, HASHES, some(spelled(rules.XBPS_PACKAGE)), some(URLS))
KEYS = made(Key, PRINTS, HASHES)
REPOSITORIES = made(Repository, URLS, ARCHES, HASHES, st.none() | PRINTS)
SIZES, TRANSACTIONS = st.integers(0, 2**63 - 1), some(spelled(TRANSACTION))
PACKAGES = made(Package, spelled(PKGVER), ARCHES, URLS, HASHES, SIZES, TRANSACTIONS)
XBPS = made(Xbps, REQUESTS, some(KEYS), some(REPOSITORIES), some(PACKAGES))
COMMITS = st.binary(min_size=20, max_size=20).map(bytes.hex) | st.just("")
FLAKE_INPUTS = made(FlakeInput, spelled(types.INPUT), COMMITS, HASHES, SIZES, HASHES)
LOCKS = st.tuples(
    made(Lock, spelled(rules.CONTAINER_IMAGE), st.none() | XBPS), some(FLAKE_INPUTS)
).map(lambda given: evolve(given[0], inputs=given[1]))


@given(LOCKS)
def test_a_written_lock_is_read_unchanged(one: Lock) -> None:
    data = lock_file.dump(one)
    assert lock_file.parse(data, FILE) == one
    assert lock_file.dump(lock_file.parse(data, FILE)) == data
    assert json.loads(data)["version"] == VERSION


@given(LOCKS, LOCKS)
def test_only_equal_locks_have_equal_bytes(one: Lock, other: Lock) -> None:
    assert (lock_file.dump(one) == lock_file.dump(other)) == (one == other)


def test_the_text_of_a_lock() -> None:
    assert (
        BODY.decode()
        == f"""{{
  "version": 1,
  "container": "{IMAGE}",
  "inputs": [
    {_input("nixpkgs", "0f" * 20)},
    {_input("nixpkgs/systems", "")}
  ],
  "xbps": {{
    "request": {{
      "arch": "x86_64",
      "mklive": "{digest("mklive")}",
      "packages": [
        "b",
        "a"
      ],
      "repositories": [
        "{URL}"
      ]
    }},
    "keys": [
      {{"fingerprint": "{PRINT}", "hash": "{digest("key")}"}}
    ],
    "repositories": [
      {{"url": "{URL}", "arch": "x86_64", "hash": "{digest("index")}", "key": "{PRINT}"}}
    ],
    "packages": [
      {_package("acl-2.3.2_1", "x86_64")},
      {_package("bash-5.2_1", "noarch")}
    ]
  }},
"""
    )
    assert len(DATA.removeprefix(BODY).splitlines()) == 2
    assert lock_file.dump(Lock()).startswith(
        b'{\n  "version": 1,\n  "container": "flake",\n  "xbps": null,\n  "checksum": "sha256-'
    )


def _input(name: str, rev: str) -> str:
    entry = digest(f"{name}'s entry")
    return (
        f'{{"name": "{name}", "rev": "{rev}", "hash": "{digest(name)}", '
        f'"modified": 7, "entry": "{entry}"}}'
    )


def _package(pkgver: str, arch: str) -> str:
    return (
        f'{{"pkgver": "{pkgver}", "arch": "{arch}", "repository": "{URL}", '
        f'"hash": "{digest(f"{pkgver}.{arch}")}", "size": 7, '
        '"transactions": ["rootfs", "void-host"]}'
    )


def test_a_change_of_one_package_is_a_change_of_one_line() -> None:
    before = packages(50)
    after = [*before]
    after[20] = evolve(before[20], pkgver="package-00020-2.0_1", size=99)
    old, new = (lock_file.dump(lock(each)).decode().splitlines() for each in (before, after))
    assert len(old) == len(new)
    (was, now), (_, checksum) = [pair for pair in zip(old, new, strict=True) if len({*pair}) == 2]
    assert '"package-00020-1.20_1"' in was
    assert '"package-00020-2.0_1"' in now
    assert '"size": 99' in now
    assert checksum.startswith('  "checksum": "sha256-')


@pytest.mark.parametrize("at", [0, 20, 49])
def test_a_new_package_is_a_new_line(at: int) -> None:
    after = packages(50)
    before = after[:at] + after[at + 1 :]
    old, new = ({*lock_file.dump(lock(each)).decode().splitlines()} for each in (before, after))
    (line,) = (
        {one.rstrip(",") for one in new}
        - {one.rstrip(",") for one in old}
        - {one for one in new if "checksum" in one}
    )
    assert f'"{after[at].pkgver}"' in line


@pytest.mark.parametrize("bit", range(8))
def test_every_flipped_bit_is_found(bit: int) -> None:
    for at in range(len(DATA)):
        damaged = bytearray(DATA)
        damaged[at] ^= 1 << bit
        (fault,) = refused(bytes(damaged))
        assert (fault.what, fault.remedy) == (EDITED, RESTORE)


def test_every_other_byte_is_found() -> None:
    chance = random.Random(7)
    for at in range(len(DATA)):
        damaged = bytearray(DATA)
        damaged[at] = (damaged[at] + chance.randrange(1, 256)) % 256
        refused(bytes(damaged))


def test_every_truncation_is_found() -> None:
    for length in range(len(DATA)):
        refused(DATA[:length])


@pytest.mark.parametrize("more", [b"\n", b" ", b"\0", b"x", b"{}\n", DATA], ids=repr)
def test_added_bytes_are_found(more: bytes) -> None:
    refused(DATA + more)
    refused(more + DATA)


def test_other_line_endings_are_found() -> None:
    refused(DATA.replace(b"\n", b"\r\n"))
    refused(DATA.replace(b"\n", b"\r"))


def test_swapped_lines_are_found() -> None:
    lines = DATA.splitlines(keepends=True)
    for at in range(len(lines) - 1):
        refused(b"".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]))


@pytest.mark.parametrize("how", [(), ("--ours",), ("--theirs",), ("--union",)], ids=str)
def test_a_merge_of_two_locks_is_found(tmp_path: Path, how: tuple[str, ...]) -> None:
    base = packages(50)
    ours, theirs = [*base], [*base]
    ours[5] = package("package-00005-2.0_1")
    theirs[40] = package("package-00040-2.0_1")
    for name, each in (("base", base), ("ours", ours), ("theirs", theirs)):
        write(tmp_path, {name: lock_file.dump(lock(each))})
    argv = ["git", "merge-file", "-p", *how, "ours", "base", "theirs"]
    merged = subprocess.run(argv, cwd=tmp_path, capture_output=True, check=False).stdout
    assert b"package-00005-2.0_1" in merged
    assert b"package-00040-2.0_1" in merged
    (fault,) = refused(merged)
    assert fault.what == EDITED


def test_an_empty_file_is_refused() -> None:
    refused(b"")


def test_a_request_with_a_kernel_and_ignored_packages() -> None:
    asked = Request("x86_64", digest("mklive"), (), (URL,), "linux6.12", None, ("wifi-firmware",))
    one = Lock("flake", xbps=Xbps(asked))
    data = lock_file.dump(one)
    assert lock_file.parse(data, FILE) == one
    assert b'"kernel": "linux6.12"' in data
    assert b'"base"' not in data
