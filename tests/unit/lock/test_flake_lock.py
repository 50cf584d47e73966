import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.support.overlay import FILE, config

from voidgen.config.mklive import Mklive
from voidgen.config.nix import Nix
from voidgen.errors import WrongInputError
from voidgen.lock import flake_lock as lock
from voidgen.lock.flake_lock import Input
from voidgen.overlay.resolve import resolve
from voidgen.plan.plan import Plan, plan

HASH = "sha256-xX+/="
GITHUB = {"type": "github", "owner": "a", "repo": "b"}
PINNED = {**GITHUB, "rev": "0123456789abcdef", "narHash": HASH, "lastModified": 1700000000}
PATH = {"type": "path", "path": "/a b", "narHash": HASH}
URL = "github:a/b/0123456789abcdef?narHash=sha256-xX%2B%2F%3D"


ORIGINAL = {"nixpkgs": GITHUB, "mklive": {"type": "git", "url": "file:///m"}}


def unlocked(folder: Path, plan: Plan) -> list[str]:
    return [found.name for found in lock.inputs(folder, plan) if not found.rev]


def _plan(nixpkgs: str = "github:a/b", *, mklive: bool = True) -> Plan:
    settings = evolve(
        config(), nix=Nix(nixpkgs), mklive=Mklive("git+file:///m") if mklive else None
    )
    return plan(settings, resolve(settings, {}, FILE))


def _write(folder: Path, **locked: Any) -> None:
    nodes: dict[str, Any] = {
        f"{name}_2": {"locked": pin, "original": ORIGINAL.get(name, {})}
        for name, pin in locked.items()
    }
    nodes["top"] = {"inputs": {name: f"{name}_2" for name in locked}}
    data = {"nodes": nodes, "root": "top", "version": 7}
    (folder / lock.FILE).write_text(json.dumps(data))


def test_without_a_lock_file_no_input_is_locked(tmp_path: Path) -> None:
    nixpkgs, mklive = Input("nixpkgs", "github:a/b"), Input("mklive", "git+file:///m")
    assert lock.inputs(tmp_path, _plan()) == [nixpkgs, mklive]
    assert unlocked(tmp_path, _plan()) == ["nixpkgs", "mklive"]


def test_locked_inputs_are_read(tmp_path: Path) -> None:
    _write(tmp_path, nixpkgs=PINNED, mklive=PATH, other=PINNED)
    assert lock.inputs(tmp_path, _plan()) == [
        Input("nixpkgs", "github:a/b", "0123456789abcdef", "2023-11-14", HASH, URL, 1_700_000_000),
        Input("mklive", "git+file:///m", HASH, "", HASH, "path:/a%20b?narHash=sha256-xX%2B%2F%3D"),
    ]
    assert unlocked(tmp_path, _plan()) == []


def test_an_input_that_the_lock_lacks_is_unlocked(tmp_path: Path) -> None:
    _write(tmp_path, nixpkgs=PINNED)
    assert unlocked(tmp_path, _plan()) == ["mklive"]


@pytest.mark.parametrize("other", ["github:a/c", "github:a/b/main", "gitlab:a/b", "git+file:///a"])
def test_an_input_locked_from_another_reference_is_unlocked(tmp_path: Path, other: str) -> None:
    _write(tmp_path, nixpkgs=PINNED, mklive=PATH)
    assert unlocked(tmp_path, _plan(other)) == ["nixpkgs"]


def test_a_nixpkgs_in_the_project_is_not_an_input(tmp_path: Path) -> None:
    assert lock.inputs(tmp_path, _plan("./packages", mklive=False)) == []


def test_a_root_without_inputs_locks_nothing(tmp_path: Path) -> None:
    (tmp_path / lock.FILE).write_text('{"nodes": {"root": {}}, "root": "root", "version": 7}')
    assert unlocked(tmp_path, _plan()) == ["nixpkgs", "mklive"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "1",
        "{}",
        '{"nodes": [], "root": "root"}',
        '{"nodes": {}, "root": "root"}',
        '{"nodes": {"root": {"inputs": {"nixpkgs": "gone"}}}, "root": "root"}',
        '{"nodes": {"root": {"inputs": []}}, "root": "root"}',
        "[" * 100000,
        "\x00",
    ],
)
def test_a_file_that_is_not_a_flake_lock_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / lock.FILE).write_text(text)
    with pytest.raises(WrongInputError) as caught:
        lock.inputs(tmp_path, _plan())
    assert caught.value.faults[0].file == tmp_path / lock.FILE


@pytest.mark.parametrize(
    ("pin", "lacks"),
    [
        ({**GITHUB, "narHash": HASH}, "without rev"),
        ({**GITHUB, "rev": "12"}, "without narHash"),
        ({"type": "git", "url": "https://x.org"}, "without narHash and without rev"),
        ({"type": "tarball", "url": "https://x.org", "rev": "12"}, "without narHash"),
        ({}, "without narHash"),
    ],
)
def test_an_entry_without_hash_is_refused(tmp_path: Path, pin: Any, lacks: str) -> None:
    _write(tmp_path, nixpkgs=PINNED, inner=pin)
    with pytest.raises(WrongInputError) as caught:
        lock.inputs(tmp_path, _plan())
    assert [fault.what for fault in caught.value.faults] == [
        f"inner_2 is locked {lacks}: its bytes may change"
    ]


@pytest.mark.parametrize(
    "pin",
    ["x", [], 1, PINNED | {"lastModified": "x"}, PINNED | {"lastModified": 10**30}],
)
def test_a_wrong_entry_is_refused(tmp_path: Path, pin: Any) -> None:
    _write(tmp_path, nixpkgs=pin)
    with pytest.raises(WrongInputError):
        lock.inputs(tmp_path, _plan())


def test_a_folder_instead_of_the_lock_is_refused(tmp_path: Path) -> None:
    (tmp_path / lock.FILE).mkdir()
    with pytest.raises(WrongInputError):
        lock.inputs(tmp_path, _plan())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(root=JSON, pin=JSON, modified=JSON)
def test_any_json_is_read_or_refused(
    root: Any, pin: Any, modified: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    for locked in (pin, PINNED | {"lastModified": modified}, PATH | {"path": pin}):
        nodes = {
            "root": {"inputs": {"nixpkgs": "n"}},
            "n": {"locked": locked, "original": GITHUB},
        }
        for data in ({"nodes": nodes, "root": "root"}, {"nodes": nodes, "root": root}, root):
            (folder / lock.FILE).write_text(json.dumps(data))
            with suppress(WrongInputError):
                assert len(lock.inputs(folder, _plan())) == 2
