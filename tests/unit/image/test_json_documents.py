"""An ISO's documents, which are made from JSON alone, are those that voidgen's types describe."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.support import documents, sandbox

from voidgen import __version__
from voidgen.image import build_json, iso_json, of_build, snapshot_file, snapshot_json
from voidgen.image import built as built_image
from voidgen.image.iso_json import IsoFacts
from voidgen.image.iso_manifest import IsoManifest
from voidgen.image.overlay_files import LeadsOutError
from voidgen.image.snapshot import Xbps
from voidgen.iso import bill
from voidgen.lock import flake_lock, lock_json, pinned
from voidgen.schema import canonical_json, typed_json
from voidgen.system import sri
from voidgen.system.untrusted import GarbledError, OtherVersionError


def test_voidgen_json_is_what_the_types_write(tmp_path: Path) -> None:
    builder = sandbox.make(tmp_path)
    build = build_json.read((builder.default / "manifest.json").read_bytes())
    locked = lock_json.read((tmp_path / "voidgen.lock").read_bytes())
    names = pinned.references(build.sets, build.mklive)
    inputs = pinned.read((tmp_path / "flake.lock").read_bytes(), names)
    include = builder.default / "include"
    found = snapshot_json.dump("it", build, include, inputs, locked)
    image = built_image.read(builder.default)
    typed = flake_lock.pinned(tmp_path / "flake.lock")
    expected = attrs.evolve(
        of_build.image("it", image, include),
        plan=attrs.evolve(image.plan, container=None),
        inputs=of_build.inputs(one for one in typed if one.name == "mklive"),
        container="flake",
        xbps={one.name: Xbps(one.version, one.size) for one in locked.packages},
    )
    assert found == snapshot_file.dump(expected)
    for text in (b"greet^man", b"hello\\n", b"2023-11-14", b"htop"):
        assert text in found


def test_the_manifest_is_what_the_types_write() -> None:
    path = f"{documents.STORE}a"
    built = documents.built_data(
        [{"name": "a", "outputs": {"out": path}, "description": "é"}],
        [{"path": path, "references": [path]}],
    )
    build = build_json.read(json.dumps(built).encode())
    xbps = [{**documents.xbps("a-1_1", 5), "hash": sri.of_bytes(b"a")}]
    lock = {"version": 1, "container": "flake", "xbps": {"packages": xbps}, "checksum": "x"}
    locked = lock_json.read(json.dumps(lock).encode())
    facts = IsoFacts("x.iso", sri.of_bytes(b"iso"), 3)
    found = iso_json.document(facts, build, locked)
    data = documents.iso_data(built, voidgen=__version__, iso=facts._asdict(), xbps=xbps)
    typed = typed_json.structure(data, IsoManifest)
    typed = attrs.evolve(typed, plan=attrs.evolve(typed.plan, container=None))
    expected = typed_json.plain(typed)
    assert canonical_json.to_json(found) == canonical_json.to_json(expected)


def test_what_runs_mklive_changes_nothing_in_an_iso(tmp_path: Path) -> None:
    builder = sandbox.make(tmp_path)
    data = json.loads((builder.default / "manifest.json").read_bytes())
    locked, facts = lock_json.LockedParts("", []), IsoFacts("x.iso", sri.of_bytes(b"iso"), 3)
    made = set()
    for engine in ("podman", "nix"):
        data["plan"]["container"] = {"engine": engine, "image": "flake", "arguments": ["--tty"]}
        build = build_json.read(json.dumps(data).encode())
        snapshot = snapshot_json.dump("it", build, builder.default / "include", {}, locked)
        manifest = canonical_json.to_json(iso_json.document(facts, build, locked))
        made.add((snapshot, manifest))
    assert len(made) == 1


def test_a_path_that_leads_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "include").mkdir()
    (tmp_path / "secret").write_text("secret")
    entry = {"path": "/../secret", "type": "file", "mode": "0644", "owner": "a", "group": "a"}
    build = build_json.read(
        json.dumps(documents.built_data(plan=documents.plan_data(include=[entry]))).encode()
    )
    with pytest.raises(LeadsOutError):
        snapshot_json.dump("x", build, tmp_path / "include", {}, lock_json.LockedParts("", []))


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", json.dumps(documents.built_data(plan={})).encode()]
)
def test_what_is_not_a_manifest_is_garbled(data: bytes) -> None:
    with pytest.raises(GarbledError):
        build_json.read(data)


def test_the_inputs_are_those_of_all_package_sets() -> None:
    sets = {
        "folder": {"nixpkgs": "./old"},
        "old": {"nixpkgs": "github:a/b"},
        "tools": {"flake": "github:c/d"},
    }
    nix = {**documents.NIX, "nixpkgs": "github:a/main", "sets": sets}
    built = documents.built_data(plan=documents.plan_data(nix=nix))
    build = build_json.read(json.dumps(built).encode())
    assert pinned.references(build.sets, "github:m/m") == {
        "nixpkgs": "github:a/main", "old": "github:a/b", "tools": "github:c/d",
        "mklive": "github:m/m",
    }  # fmt: skip
    nix["sets"] = {"empty": {}}
    with pytest.raises(GarbledError):
        build_json.read(json.dumps(built).encode())


def test_a_closure_with_a_gap_is_garbled() -> None:
    path = f"{documents.STORE}a"
    gap = documents.built_data(paths=[{"path": path, "references": [f"{path}b"]}])
    with pytest.raises(GarbledError, match=r"does not have .*ab"):
        build_json.read(json.dumps(gap).encode())
    lost = documents.built_data([{"name": "a", "outputs": {"out": path}}])
    with pytest.raises(GarbledError, match=r"does not have .*a"):
        build_json.read(json.dumps(lost).encode())


@pytest.mark.parametrize(
    ("lock", "error"),
    [
        ({}, GarbledError),
        ({"version": 1, "container": "flake", "xbps": {"packages": [{}]}}, GarbledError),
        ({"version": 2}, OtherVersionError),
    ],
)
def test_what_is_not_a_lock_is_garbled(lock: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        lock_json.read(json.dumps(lock).encode())


def test_a_lock_without_void_packages() -> None:
    lock = {"version": 1, "container": "flake", "xbps": None}
    assert lock_json.read(json.dumps(lock).encode()) == ("flake", [])


@pytest.mark.parametrize(
    "lock",
    [
        {},
        {"root": "root", "nodes": {"root": {"inputs": {}}}},
        {"root": "root", "nodes": {"root": {"inputs": {"mklive": "m"}}, "m": {}}},
        {"root": "root", "nodes": {"root": {"inputs": {"mklive": ["a", "b"]}}}},
        {
            "root": "root",
            "nodes": {
                "root": {"inputs": {"mklive": "m"}},
                "m": {"locked": {"rev": "1", "narHash": "x", "lastModified": -1}},
            },
        },
    ],
)
def test_an_input_that_is_not_locked(lock: object) -> None:
    with pytest.raises(GarbledError):
        pinned.read(json.dumps(lock).encode(), {"mklive": "x"})


def places(value: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of each value in a document."""
    yield place
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*place, key))


def with_other(value: Any, place: tuple[str | int, ...], other: object) -> Any:
    """Return a document with ``other`` in a place."""
    if not place:
        return other
    key, *rest = place
    copy = value.copy()
    copy[key] = with_other(value[key], tuple(rest), other)
    return copy


@pytest.mark.parametrize("other", [None, 5, -1, "x", [], [5], {}, {"x": 5}])
def test_no_wrong_value_goes_unnoticed_until_it_breaks_something(
    other: object, tmp_path: Path
) -> None:
    builder = sandbox.make(tmp_path)
    lock = json.loads((tmp_path / "voidgen.lock").read_bytes())
    flake = json.loads((tmp_path / "flake.lock").read_bytes())
    good, include = (builder.manifest, lock, flake), builder.default / "include"
    for number, document in enumerate(good):
        for place in places(document):
            changed: list[object] = [*good]
            changed[number] = with_other(document, place, other)
            with suppress(GarbledError, LeadsOutError, OSError):
                written(changed, include)


def written(made_from: Iterable[object], include: Path) -> None:
    """Write all documents of an ISO that is made from a build, voidgen.lock and flake.lock."""
    built, lock, flake = made_from
    build = build_json.read(json.dumps(built).encode())
    locked = lock_json.read(json.dumps(lock).encode())
    names = pinned.references(build.sets, build.mklive)
    inputs = pinned.read(json.dumps(flake).encode(), names)
    facts = IsoFacts("x.iso", sri.of_bytes(b"iso"), 3)
    found = snapshot_json.dump("x", build, include, inputs, locked)
    found += canonical_json.to_json(bill.document(facts, build, locked))
    found += canonical_json.to_json(iso_json.document(facts, build, locked))
    assert found
