"""A voidgen.lock with a right checksum and wrong content, as anyone can write it, is refused."""

import json
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.lock import forged
from tests.unit.lock.small_lock import BODY, DATA, FILE, SMALL, forge, key_of, put, refused

from voidgen.errors import WrongInputError
from voidgen.lock import voidgen_lock as lock_file


def test_forging_without_changes_gives_the_same_lock() -> None:
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
def test_another_version_is_refused(version: object, shown: str) -> None:
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
def test_invalid_package_names_are_refused(pkgver: str) -> None:
    (fault,) = refused(put("xbps.packages.0.pkgver", pkgver))
    assert fault.key == (("xbps", "packages", 0, "pkgver") if pkgver.isprintable() else ())


@pytest.mark.parametrize("path", [path for path in PLACES if path.endswith(("hash", "mklive"))])
@pytest.mark.parametrize(
    "value",
    [
        "sha512-" + "A" * 86 + "==",
        "sha256-" + "A" * 42 + "=",
        "sha256-" + "A" * 44,
        # The same 32 bytes as with AAA= at the end.
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
def test_duplicates_in_lists_are_refused(path: str) -> None:
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
def test_text_that_voidgen_never_writes_is_refused(old: str, new: str) -> None:
    (fault, *_) = refused(body(old, new))
    assert fault.what == "is not a lock file of voidgen"


@pytest.mark.parametrize("data", [b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\x80"])
def test_bytes_that_are_not_utf_8_are_refused(data: bytes) -> None:
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
        # voidgen would write the same lock.
        assert lock_file.parse(lock_file.dump(one), FILE) == one


@given(st.binary(max_size=60), st.integers(0, len(BODY)))
def test_any_bytes_are_read_or_refused(data: bytes, at: int) -> None:
    for forgery in (forged(data), forged(BODY[:at] + data + BODY[at:])):
        with suppress(WrongInputError):
            lock_file.parse(forgery, FILE)
