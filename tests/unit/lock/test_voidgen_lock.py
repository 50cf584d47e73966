import json
import os
import random
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
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
    flake_input,
    forged,
    lock,
    package,
    packages,
)
from tests.support.program import found, voidgen, write

from voidgen.config import rules
from voidgen.errors import Fault, WrongInputError
from voidgen.lock import flake_lock, types
from voidgen.lock import voidgen_lock as lock_file
from voidgen.lock.flake_lock import RESTORE
from voidgen.lock.types import FlakeInput, Lock
from voidgen.schema.rule import Rule
from voidgen.system import sri
from voidgen.system.credentials import secret_in
from voidgen.xbps.types import ARCH, PKGVER, TRANSACTION, Key, Package, Repository, Request, Xbps

T = TypeVar("T")

FILE = Path("voidgen.lock")
INPUTS = (flake_input("nixpkgs"), flake_input("nixpkgs/systems", ""))
SMALL = evolve(
    lock([package("acl-2.3.2_1"), package("bash-5.2_1", "noarch")], IMAGE), inputs=INPUTS
)
DATA = lock_file.dump(SMALL)
BODY = DATA[: DATA.rindex(b'  "checksum"')]
EDITED = "differs from what voidgen wrote: it is damaged, edited, or merged from two versions"


def refused(data: bytes) -> Sequence[Fault]:
    with pytest.raises(WrongInputError) as caught:
        lock_file.parse(data, FILE)
    assert all(fault.file == FILE for fault in caught.value.faults)
    return caught.value.faults


def spelled(rule: Rule) -> st.SearchStrategy[str]:
    """Every text that a rule accepts, less URLs with passwords."""
    return st.from_regex(rule.pattern, fullmatch=True).filter(lambda text: not secret_in(text))


def some(of: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(of, unique=True, max_size=3).map(tuple)


def made(cls: type[T], *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[T]:
    """Not `builds`: what it prints of such values has no end."""
    return st.tuples(*parts).map(lambda given: cls(*given))


ARCHES, URLS = spelled(ARCH), spelled(rules.REPOSITORY)
# Not from their rules: the texts are long, and making them so takes its time.
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
def test_a_lock_is_read_as_it_was_written(one: Lock) -> None:
    data = lock_file.dump(one)
    assert lock_file.parse(data, FILE) == one
    assert lock_file.dump(lock_file.parse(data, FILE)) == data
    assert json.loads(data)["version"] == lock_file.VERSION


@given(LOCKS, LOCKS)
def test_locks_have_the_same_bytes_where_they_are_the_same(one: Lock, other: Lock) -> None:
    assert (lock_file.dump(one) == lock_file.dump(other)) == (one == other)


def test_what_is_written() -> None:
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


def test_every_end_that_is_missing_is_found() -> None:
    for length in range(len(DATA)):
        refused(DATA[:length])


@pytest.mark.parametrize("more", [b"\n", b" ", b"\0", b"x", b"{}\n", DATA], ids=repr)
def test_what_was_added_is_found(more: bytes) -> None:
    refused(DATA + more)
    refused(more + DATA)


def test_other_ends_of_lines_are_found() -> None:
    refused(DATA.replace(b"\n", b"\r\n"))
    refused(DATA.replace(b"\n", b"\r"))


def test_lines_in_another_order_are_found() -> None:
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


def test_no_bytes() -> None:
    refused(b"")


# From here on the checksum is right: whoever writes into a lock can make it so.


def forge(change: Callable[[Any], object]) -> bytes:
    """The small lock with a change that its checksum covers."""
    table = json.loads(DATA)
    del table["checksum"]
    change(table)
    return forged(
        json.dumps(table, indent=2, ensure_ascii=False).removesuffix("\n}").encode() + b",\n"
    )


def put(path: str, value: Any) -> bytes:
    """The small lock with another value at a path."""
    *above, last = (int(part) if part.isdigit() else part for part in path.split("."))

    def change(table: Any) -> None:
        for part in above:
            table = table[part]
        table[last] = value

    return forge(change)


def test_the_forger_can_forge() -> None:
    assert forged(BODY) == DATA
    assert lock_file.parse(forge(lambda _: None), FILE) == SMALL


@pytest.mark.parametrize(
    ("version", "shown"),
    [
        (0, "the number 0"),
        (2, "the number 2"),
        (1.0, "the number 1.0"),
        (True, "true"),
        ("1", "'1'"),
        (None, "nothing"),
        ([1], "a list"),
        (10**300, "a huge number"),
        ("\u202e", r"'\u202e'"),
    ],
)
def test_another_version(version: object, shown: str) -> None:
    (fault,) = refused(put("version", version))
    assert fault.what == f"expected version 1 of the file, got {shown}"
    assert fault.remedy == "use the voidgen that wrote it, or remove it and run `voidgen lock`"


PLACES = {
    "container": "text",
    "inputs": "list",
    "inputs.0": "table",
    "inputs.0.name": "text",
    "inputs.0.rev": "text",
    "inputs.0.hash": "text",
    "inputs.0.modified": "number",
    "inputs.0.entry": "text",
    "xbps": "table",
    "xbps.request": "table",
    "xbps.request.arch": "text",
    "xbps.request.mklive": "text",
    "xbps.request.packages": "list",
    "xbps.request.packages.0": "text",
    "xbps.request.repositories": "list",
    "xbps.request.repositories.0": "text",
    "xbps.keys": "list",
    "xbps.keys.0": "table",
    "xbps.keys.0.fingerprint": "text",
    "xbps.keys.0.hash": "text",
    "xbps.repositories": "list",
    "xbps.repositories.0": "table",
    "xbps.repositories.0.url": "text",
    "xbps.repositories.0.arch": "text",
    "xbps.repositories.0.hash": "text",
    "xbps.repositories.0.key": "text",
    "xbps.packages": "list",
    "xbps.packages.0": "table",
    "xbps.packages.0.pkgver": "text",
    "xbps.packages.0.arch": "text",
    "xbps.packages.0.repository": "text",
    "xbps.packages.0.hash": "text",
    "xbps.packages.0.size": "number",
    "xbps.packages.0.transactions": "list",
    "xbps.packages.0.transactions.0": "text",
}
NOT_A_LIST = {"a": 1}
VALUES: dict[str, list[Any]] = {
    "text": ["", " ", "é é", "../../etc", "a b", "\u202e", "\x7f", "\x9b31m", "-", "'", "$(x)"],
    "number": [-1, 1.0, 1e300, float("nan"), float("inf"), 2**63, -(2**63), 10**400, "7"],
    "list": [[[]], [{}], [None], [1]],
    "table": [NOT_A_LIST, {"": ""}],
}
MAY_BE_EMPTY = {"inputs.0.rev"}
NULLABLE = {"xbps", "xbps.repositories.0.key"}


def key_of(path: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdigit() else part for part in path.split("."))


@pytest.mark.parametrize("path", PLACES)
def test_hostile_values_are_refused(path: str) -> None:
    kind = PLACES[path]
    others = [each for name, each in VALUES.items() if name != kind]
    values = [value for value in VALUES[kind] if value or path not in MAY_BE_EMPTY]
    values += [*[each[0] for each in others], True, 5.5, {}]
    values += [None] if path not in NULLABLE else []
    values += [[None]] if kind != "list" else [NOT_A_LIST]
    for value in values:
        faults = refused(put(path, value))
        for fault in faults:
            if value != "\x7f":
                assert fault.key[: len(key_of(path))] == key_of(path), (value, fault)
            assert fault.what.isprintable()


@pytest.mark.parametrize(
    "pkgver",
    [
        "../x-1_1",
        "x/../y-1_1",
        "x-../1_1",
        "x-1_1/..",
        "x-\x1b[31m_1",
        "x-1\n_1",
        "x-1 1_1",
        "x-é_1",
        "x-1_1\n",
        "x-1",
        "x_1",
        "-1_1",
        ".x-1_1",
    ],
)
def test_names_that_no_package_has(pkgver: str) -> None:
    (fault,) = refused(put("xbps.packages.0.pkgver", pkgver))
    assert fault.key == (("xbps", "packages", 0, "pkgver") if pkgver.isprintable() else ())


@pytest.mark.parametrize("path", [path for path in PLACES if path.endswith(("hash", "mklive"))])
@pytest.mark.parametrize(
    "value",
    [
        "sha512-" + "A" * 86 + "==",
        "sha256-" + "A" * 42 + "=",
        "sha256-" + "A" * 44,
        # The same 32 bytes as with AAA= at its end.
        "sha256-" + "A" * 42 + "B=",
        "0a" * 32,
    ],
)
def test_hashes_have_one_spelling(path: str, value: str) -> None:
    (fault,) = refused(put(path, value))
    assert fault.what.startswith("expected a SHA-256 in SRI form")


@pytest.mark.parametrize("path", [path for path, kind in PLACES.items() if kind == "table"])
def test_unknown_and_missing_keys_are_refused(path: str) -> None:
    def at(table: Any) -> Any:
        for part in key_of(path):
            table = table[part]
        return table

    def drop(name: str, table: Any) -> None:
        del at(table)[name]

    names = list(at(json.loads(DATA)))
    (fault,) = refused(forge(lambda table: at(table).update({"other": 1})))
    assert (fault.what, fault.key) == ("unknown key", (*key_of(path), "other"))
    for name in names:
        data = forge(partial(drop, name))
        if path == "xbps" and name != "request":
            assert lock_file.parse(data, FILE) != SMALL
            continue
        (fault,) = refused(data)
        assert (fault.what, fault.key) == (
            "this key is required, but missing",
            (*key_of(path), name),
        )


def test_unknown_keys_at_the_top_are_refused() -> None:
    (fault,) = refused(put("other", 1))
    assert (fault.what, fault.key) == ("unknown key", ("other",))


@pytest.mark.parametrize("path", [path for path, kind in PLACES.items() if kind == "list"])
def test_what_is_listed_twice_is_refused(path: str) -> None:
    def double(table: Any) -> None:
        for part in key_of(path):
            table = table[part]
        table.append(table[0])

    (fault,) = refused(forge(double))
    assert fault.what.endswith("is listed twice")
    assert fault.what.startswith(("'", "a table"))


def body(old: str, new: str) -> bytes:
    assert old in BODY.decode()
    return forged(BODY.decode().replace(old, new).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"version": 1', '"version": ' + "[" * 100_000),
        ('"version": 1', '"version": ' + "[" * 100_000 + "]" * 100_000),
        ('"version": 1', '"version": 1' + "0" * 5000),
        ('"size": 7', '"size": 1' + "0" * 5000),
        ('"version": 1,', ""),
        ("{\n", "[\n"),
        ("repo.example", r"\u0072epo.example"),
        ("repo.example", r"\ud800"),
        ("repo.example", "\ud800"),
        ("repo.example", r"\u0000"),
        ("repo.example", "\0"),
        ("repo.example", "\x1b[31m"),
        ("acl", r"\"acl"),
        ('"acl', "'acl"),
        (",\n", "\n"),
    ],
    ids=lambda text: text[:30].encode("ascii", "backslashreplace").decode(),
)
def test_what_voidgen_never_writes(old: str, new: str) -> None:
    (fault, *_) = refused(body(old, new))
    assert fault.what == "is not a lock file of voidgen"


@pytest.mark.parametrize("data", [b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\x80"])
def test_bytes_that_are_no_text(data: bytes) -> None:
    assert refused(forged(data + BODY))[0].what == "is not a lock file of voidgen"
    assert refused(forged(BODY + data))[0].what == "is not a lock file of voidgen"
    assert refused(DATA.replace(b'"checksum": "sha256-', b'"checksum": "sha256-' + data))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(path=st.sampled_from(sorted(PLACES)), value=JSON)
def test_any_value_anywhere_is_read_or_refused(path: str, value: Any) -> None:
    with suppress(WrongInputError):
        one = lock_file.parse(put(path, value), FILE)
        # What is read is what voidgen would write.
        assert lock_file.parse(lock_file.dump(one), FILE) == one


@given(st.binary(max_size=60), st.integers(0, len(BODY)))
def test_any_bytes_are_read_or_refused(data: bytes, at: int) -> None:
    for forgery in (forged(data), forged(BODY[:at] + data + BODY[at:])):
        with suppress(WrongInputError):
            lock_file.parse(forgery, FILE)


# On disk.


def test_no_lock(tmp_path: Path) -> None:
    assert lock_file.read(tmp_path) is None


def test_a_lock_on_disk(tmp_path: Path) -> None:
    write(tmp_path, {"elsewhere": DATA})
    (tmp_path / lock_file.FILE).symlink_to("elsewhere")
    assert lock_file.read(tmp_path) == SMALL


CONFIG = '[image]\nname = "test"\n[nix]\nnixpkgs = "./set"\n'
REGULAR = "not a regular file"
UNREADABLE = "cannot be read: "


@pytest.fixture
def project(repository: Path) -> Path:
    write(repository, {"voidgen.toml": CONFIG, "set/default.nix": ""})
    assert voidgen("lock", "--check", cwd=repository).status == 0
    return repository


def huge(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate((64 << 20) + 1)


def link_to_a_fifo(file: Path) -> None:
    os.mkfifo(file.with_name("fifo"))
    file.symlink_to("fifo")


MAKE: dict[str, Callable[[Path], object]] = {
    "folder": Path.mkdir,
    "fifo": os.mkfifo,
    "loop": lambda file: file.symlink_to(file.name),
    "device": lambda file: file.symlink_to("/dev/zero"),
    "link to a fifo": link_to_a_fifo,
    "forbidden": lambda file: file.touch(0),
    "huge": huge,
    "binary": lambda file: file.write_bytes(bytes(range(256))),
    "empty": Path.touch,
}


@pytest.mark.parametrize(
    ("make", "what"),
    [
        ("folder", UNREADABLE + "Is a directory"),
        ("fifo", REGULAR),
        ("loop", UNREADABLE + "Too many levels of symbolic links"),
        ("device", REGULAR),
        ("link to a fifo", REGULAR),
        ("forbidden", UNREADABLE + "Permission denied"),
        ("huge", "larger than 64 MiB"),
        ("binary", EDITED),
        ("empty", EDITED),
    ],
)
@pytest.mark.parametrize("name", [lock_file.FILE, flake_lock.FILE])
def test_locks_that_cannot_be_read(project: Path, name: str, make: str, what: str) -> None:
    if make == "forbidden" and not os.geteuid():
        pytest.skip("root may read everything")
    MAKE[make](project / name)
    for command in (["lock", "--check"], ["generate"]):
        ran = voidgen(*command, cwd=project)
        assert (ran.status, ran.out) == (2, "")
        said, *remedy = ran.err.splitlines()
        if name == flake_lock.FILE and what == EDITED:
            what = "is not a lock file of Nix"
        assert said == f"{name}: {what}"
        assert len(remedy) <= 1
    assert "flake.nix" not in found(project)


def test_a_link_that_leads_nowhere_is_no_lock(project: Path) -> None:
    (project / lock_file.FILE).symlink_to("missing")
    assert voidgen("lock", "--check", cwd=project).status == 0


def test_faults_in_a_lock_are_told_by_their_keys(project: Path) -> None:
    """Lines are looked up in TOML only: the key would be none, or on a line of something else."""
    data = put("xbps.packages.1.size", "\u202e")
    write(project, {lock_file.FILE: data})
    ran = voidgen("lock", "--check", cwd=project)
    assert (ran.status, ran.out) == (2, "")
    what = r"expected a whole number, got '\u202e'"
    assert ran.err == f"voidgen.lock: xbps.packages[1].size: {what}\n"
