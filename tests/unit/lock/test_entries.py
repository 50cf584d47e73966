"""flake.lock's entries, as voidgen.lock records them."""

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from tests.support.lock import digest, flake_input

from voidgen.errors import StepFailedError, WrongInputError
from voidgen.lock import bound, entries
from voidgen.lock import fetched as fetched_inputs
from voidgen.lock.types import Lock
from voidgen.nix import fetchers

FILE = Path("flake.lock")
REV = "549bd84d6279f9852cae6225e372cc67fb91a4c1"
REPOSITORY = "file:///srv/set"


def node(old: bool = False, **changed: Any) -> dict[str, Any]:
    """Return ``git+file:///srv/set?dir=below`` as Nix 2.8 (``old``) or 2.34 locks it."""
    url = f"{REPOSITORY}?dir=below" if old else REPOSITORY
    locked = {
        "dir": "below",
        "lastModified": 1767225600,
        "narHash": digest("tree"),
        "ref": "main" if old else "refs/heads/main",
        "rev": REV,
        "type": "git",
        "url": url,
        **({"revCount": 3} if old else {}),
    }
    return {
        "inputs": {},
        "locked": {**locked, **changed},
        "original": {"dir": "below", "type": "git", "url": url},
    }


def data(nodes: dict[str, Any], inputs: dict[str, Any] | None = None, **more: Any) -> bytes:
    root = {"inputs": {name: name for name in nodes} if inputs is None else inputs}
    lock = {"nodes": {**nodes, "root": root}, "root": "root", "version": 7, **more}
    return json.dumps(lock).encode()


def parsed(*args: Any, **more: Any) -> tuple[entries.Entry, ...]:
    return entries.parse(data(*args, **more), FILE)


def refused(lock: bytes) -> list[str]:
    with pytest.raises(WrongInputError) as caught:
        entries.parse(lock, FILE)
    assert all(fault.file == FILE for fault in caught.value.faults)
    return [fault.what for fault in caught.value.faults]


def test_an_entry_is_read() -> None:
    (found,) = parsed({"set": node()})
    one = found.bound
    assert (one.name, one.rev, one.hash) == ("set", REV, digest("tree"))
    assert one.modified == 1767225600
    assert json.loads(found.reference) == {
        "ref": "main", "rev": REV, "type": "git", "url": REPOSITORY,
    }  # fmt: skip


def test_entries_of_different_nix_releases_are_equal() -> None:
    assert parsed({"set": node(old=True)}) == parsed({"set": node()})
    assert parsed({"set": node(__final=True)}) == parsed({"set": node()})


@pytest.mark.parametrize(
    "other",
    [
        node(dir="other"),
        node(ref="other"),
        node(url="file:///srv/other"),
        node(submodules=True),
        node(rev=REV[::-1]),
        node(narHash=digest("other")),
        node(lastModified=1),
        {**node(), "flake": False},
        {**node(), "original": {"type": "git", "url": REPOSITORY}},
        {**node(), "inputs": {"a": ["b"]}},
    ],
)
def test_every_changed_attribute_changes_the_entry(other: dict[str, Any]) -> None:
    assert parsed({"set": other})[0].bound != parsed({"set": node()})[0].bound


def test_names_are_paths_from_the_root() -> None:
    nodes = {
        "a": {**node(), "inputs": {"set": "set_2", "b": ["b"]}},
        "set_2": {**node(), "inputs": {"inner": "inner"}},
        "inner": node(),
        "set": node(),
        "unused": node(),
    }
    found = parsed(nodes, {"a": "a", "b": "set"})
    assert [one.bound.name for one in found] == ["a", "a/set", "a/set/inner", "b"]
    # Nix's own keys don't matter.
    renamed = {"inner": "x", "set_2": "y"}
    others = {renamed.get(key, key): value for key, value in nodes.items()}
    others["a"] = {**node(), "inputs": {"set": "y", "b": ["b"]}}
    others["y"] = {**node(), "inputs": {"inner": "x"}}
    assert parsed(others, {"a": "a", "b": "set"}) == found


def test_nodes_that_need_each_other_do_not_hang() -> None:
    nodes = {
        "a": {**node(), "inputs": {"b": "b"}},
        "b": {**node(), "inputs": {"a": "a", "b": "b"}},
    }
    assert [one.bound.name for one in parsed(nodes, {"a": "a"})] == ["a", "a/b"]


def test_no_lock_and_no_inputs() -> None:
    assert entries.parse(b"", FILE) == ()
    assert parsed({}) == ()


@pytest.mark.parametrize(
    "lock",
    [
        b"{",
        b"[]",
        b'{"version": 7}',
        data({"a": {"locked": {}}}),
        data({"a": {**node(), "inputs": {"b": "gone"}}}),
        data({"a": {**node(), "inputs": []}}),
        data({"a": {"locked": node()["locked"]}}),
        data({"a": node(ref=1)}),
        data({"a": node()}).replace(b'"root": "root"', b'"root": "root", "root": "root"'),
    ],
)
def test_a_file_that_is_not_a_flake_lock_is_refused(lock: bytes) -> None:
    assert refused(lock) == ["is not a lock file of Nix"]


@pytest.mark.parametrize("version", [6, 8, "7", 7.0, True, None])
def test_other_versions_of_flake_lock_are_refused(version: object) -> None:
    assert refused(data({"a": node()}, version=version)) == ["isn't version 7 of Nix's lock file"]


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("rev", "main", "expected a commit of 40 or 64 hexadecimal digits, or nothing, got 'main'"),
        ("rev", 7, "expected a string, got the number 7"),
        ("narHash", "md5-x", "expected a SHA-256 in SRI form"),
        ("lastModified", "7", "expected a whole number, got '7'"),
        ("lastModified", 7.0, "expected a whole number, got the number 7.0"),
        ("lastModified", 2**63, "expected a whole number of 64 bits"),
    ],
)
def test_values_that_nix_never_writes_are_refused(key: str, value: object, what: str) -> None:
    one = node()
    one["locked"][key] = value
    with pytest.raises(WrongInputError) as caught:
        parsed({"a": one})
    (fault,) = caught.value.faults
    assert fault.what.startswith(what)
    assert fault.key == ("nodes", "a", "locked", key)


def test_an_input_with_an_invalid_name_is_refused() -> None:
    (what,) = refused(data({"a\n": node()}))
    assert what.startswith("expected a flake input's name")


ONE, TWO = flake_input("one"), flake_input("two", "", 0)


def test_inputs_that_voidgen_lock_lacks_are_reported() -> None:
    none = ["voidgen.lock does not have the inputs of flake.lock"]
    assert bound.unbound([ONE], None) == bound.unbound([ONE], Lock()) == none
    assert bound.unbound([ONE, TWO], Lock(inputs=(ONE,))) == [
        "voidgen.lock does not have two of flake.lock"
    ]
    assert bound.unbound([], None) == bound.unbound([ONE], Lock(inputs=(ONE,))) == []


def test_differences_between_the_locks_are_reported() -> None:
    lock = Lock(inputs=(ONE, TWO))
    assert [*bound.changed([ONE, TWO], lock)] == [*bound.changed([ONE], None)] == []
    assert [*bound.changed([], lock)] == []
    assert [*bound.changed([ONE], lock)] == ["flake.lock does not have two of voidgen.lock"]
    other = evolve(ONE, rev="", modified=8, entry=digest("x"))
    assert [*bound.changed([other, evolve(TWO, entry=digest("x"))], lock)] == [
        f"flake.lock has another rev of one than voidgen.lock: none instead of {ONE.rev}",
        "flake.lock has another lastModified of one than voidgen.lock: 8 instead of 7",
        "flake.lock has two from another reference than voidgen.lock",
    ]


@pytest.mark.parametrize(
    ("rev", "locked", "fetched", "good"),
    [
        (REV, 7, 7, True),
        (REV, 7, 8, False),
        (REV, 7, 0, False),
        (REV, 0, 7, False),
        # An archive's date, which Nix 2.8 does not lock.
        ("", 0, 7, True),
        ("", 7, 0, True),
        ("", 7, 8, False),
    ],
)
def test_another_date_than_nix_fetches_is_reported(
    rev: str, locked: int, fetched: int, good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = flake_input("set", rev, locked)
    monkeypatch.setattr(
        fetchers, "fetch_unlocked", lambda _: fetchers.FetchedTree(rev, one.hash, fetched)
    )
    lines = [*fetched_inputs.differences(entries.Entry(one, "{}"))]
    wanted = f"set has lastModified {locked or 'none'}, but Nix fetches {fetched or 'none'}"
    assert lines == ([] if good else [wanted])


def test_an_input_that_cannot_be_fetched_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: str) -> fetchers.FetchedTree:
        raise StepFailedError("nix-instantiate: failed", output="error: no network")

    monkeypatch.setattr(fetchers, "fetch_unlocked", fails)
    with pytest.raises(StepFailedError) as caught:
        [*fetched_inputs.faults([entries.Entry(flake_input("a/b"), "{}")], FILE)]
    assert caught.value.what == "flake.lock: a/b cannot be fetched by its reference"
    assert "`voidgen update a`" in caught.value.remedy
    assert caught.value.output == "error: no network"
