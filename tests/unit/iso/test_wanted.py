"""Entries of an overlay in a manifest."""

from typing import Any

import pytest
from tests.support import documents

from voidgen.iso import wanted
from voidgen.iso.wanted import Root, Wanted
from voidgen.schema import typed_json

FILE = {"path": "/a", "type": "file", "mode": "4755", "owner": "root", "group": "80"}
INCLUDE: list[dict[str, Any]] = [
    {**FILE, "hash": "sha256-x", "emitted": "/b"},
    {**FILE, "made-by": {"kind": "x", "arguments": {}}},
    {"path": "/c", "type": "symlink", "target": "@profile@/bin"},
    {"path": "/d", "type": "directory"},
]


def test_entries_of_a_manifest() -> None:
    assert wanted.entries(INCLUDE) == (
        Wanted("/a", "file", 0o4755, "root", "80", hash="sha256-x"),
        Wanted("/a", "file", 0o4755, "root", "80", made_by=True),
        Wanted("/c", "symlink", target="@profile@/bin"),
        Wanted("/d", "directory"),
    )


def test_entries_as_voidgen_writes_them() -> None:
    written = typed_json.plain(documents.entries(*INCLUDE))
    assert wanted.entries(written) == wanted.entries(INCLUDE)


@pytest.mark.parametrize(
    "include",
    [
        *(None, 1, "x", [1], [None], ["x"], [[]], [{}], [{"path": "/a"}], [{"type": "file"}]),
        *([{**FILE, "mode": mode}] for mode in (8, "8", "", None, "rw")),
        *([{**FILE, key: None}] for key in ("path", "type", "owner", "hash", "target")),
    ],
)
def test_garbled_entries(include: object) -> None:
    with pytest.raises(ValueError, match=r"^the manifest's include is garbled$"):
        wanted.entries(include)


def test_the_root_tree() -> None:
    plan = {"image": {"platforms": ["x13s"], "remove-files": ["/a/*"]}, "xbps": {"base": "b"}}
    assert wanted.root(plan) == Root("b", ("x13s",), ("/a/*",))
    assert wanted.root({"image": {}, "xbps": {}}) == Root()


@pytest.mark.parametrize(
    "plan",
    [
        *({}, {"image": {}}, {"image": {}, "xbps": {"base": 1}}, {"image": 1, "xbps": {}}),
        {"image": {"remove-files": "/a"}, "xbps": {}},
        {"image": {"platforms": [1]}, "xbps": {}},
    ],
)
def test_a_garbled_root_tree(plan: object) -> None:
    with pytest.raises(ValueError, match=r"^the manifest's image or xbps is garbled$"):
        wanted.root(plan)
