"""JSON as typed values, and the messages about other data."""

import json
from types import MappingProxyType
from typing import Any

import pytest
from attrs import field, frozen
from tests.support import documents

from voidgen.image.built_image import BuiltImage
from voidgen.image.iso_manifest import IsoManifest
from voidgen.plan.documents import PlanDocument
from voidgen.schema import typed_json
from voidgen.system.untrusted import GarbledError, OtherVersionError


@frozen
class Inner:
    size: int
    nar_hash: str = field(default="", metadata={"key": "narHash"})
    more: str | None = None


@frozen
class Outer:
    names: tuple[str, ...]
    by_name: dict[str, Inner]
    value: bool | int | str | tuple[str, ...] = 0


GOOD: dict[str, Any] = {"names": ["a"], "by-name": {"x": {"size": 1, "narHash": "h"}}, "value": 1}


def test_structured_values_become_the_same_json() -> None:
    found = typed_json.structure(GOOD, Outer)
    assert found == Outer(("a",), MappingProxyType({"x": Inner(1, "h")}), 1)  # type: ignore[arg-type]
    assert typed_json.plain(found) == GOOD
    assert typed_json.structure({**GOOD, "other": []}, Outer) == found


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"names": "a"}, "names: expected a list, got 'a'"),
        ({"names": [1]}, "names.0: expected a string, got the number 1"),
        ({"by-name": []}, "by-name: expected an object, got a list"),
        ({"by-name": {"x": {}}}, "by-name.x.size: this key is missing"),
        ({"by-name": {"x": {"size": True}}}, "by-name.x.size: expected a whole number, got true"),
        ({"by-name": {"x": {"size": 1, "more": 2}}}, "by-name.x.more: did not expect the number 2"),
        ({"value": 1.5}, "value: did not expect the number 1.5"),
    ],
)
def test_a_fault_names_the_key_and_the_reason(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(GarbledError) as caught:
        typed_json.structure({**GOOD, **changed}, Outer)
    assert str(caught.value) == said


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a": NaN}', b"7"])
def test_data_that_is_not_a_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(GarbledError):
        typed_json.read(data, Outer)


def test_a_bug_is_not_reported_as_a_fault_of_the_data() -> None:
    @frozen
    class Odd:
        size: int

        def __attrs_post_init__(self) -> None:
            raise LookupError(self.size)

    with pytest.raises(LookupError):
        typed_json.structure({"size": 1}, Odd)


@pytest.mark.parametrize("kind", [PlanDocument, BuiltImage, IsoManifest])
def test_documents_of_other_versions_are_refused(kind: type[Any]) -> None:
    for data in ({"version": 1}, {**kind.HEADER, "version": 99}):
        with pytest.raises(OtherVersionError):
            typed_json.read(json.dumps(data), kind)
    of_this = {"version": kind.HEADER["version"]}
    for data in ({}, {"version": "2"}, of_this, {"kind": "x", "version": 1}):
        with pytest.raises(GarbledError) as caught:
            typed_json.read(json.dumps(data), kind)
        assert not isinstance(caught.value, OtherVersionError)


def test_documents_become_the_same_json() -> None:
    made = documents.built_data()
    for data, kind in (
        (documents.PLAN, PlanDocument),
        (made, BuiltImage),
        (documents.iso_data(made, xbps=[documents.xbps("htop-3_1", 5)]), IsoManifest),
    ):
        assert typed_json.plain(typed_json.structure(data, kind)) == data
