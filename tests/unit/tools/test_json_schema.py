from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.config.test_rules import TABLE

from tools import json_schema
from voidgen.config import variants
from voidgen.config.types import Config
from voidgen.errors import WrongInputError
from voidgen.schema.structure import structure
from voidgen.system.credentials import secret_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import Draft7Validator

ROOT = Path(__file__).parents[3]
ONLY_LOADER = {
    ("image", "cmdline"),
    ("image", "groups"),
    ("image", "keymap"),
    ("image", "platforms"),
    ("image", "remove-files"),
    ("image", "timezone"),
    ("image", "user"),
    ("image", "xkb"),
    ("boot", "default"),
    ("boot", "timeout"),
    ("image", "xkb-options"),
    ("mklive", "squashfs", "level"),
    ("nix", "sets"),
}
"""Limits that depend on the compression, and names of a table: a schema may take more.

So it does of URLs with passwords.
"""
SCHEMA: dict[str, Any] = json.loads(json_schema.schema())


@cache
def validator() -> Draft7Validator:
    """Return a validator that checks documents as an editor does."""
    from jsonschema import Draft7Validator, ValidationError, validators  # noqa: PLC0415 - takes seconds

    def pattern_(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
        # Editors follow ECMA 262, whose $ does not match before a last newline, unlike Python's.
        if isinstance(value, str) and not re.search(f"{pattern.removesuffix('$')}\\Z", value):
            yield ValidationError("pattern")

    made: Draft7Validator = validators.extend(Draft7Validator, {"pattern": pattern_})(SCHEMA)  # type: ignore[no-untyped-call]
    return made


CANDIDATES: list[Any] = [
    *sorted({text for good, bad in TABLE.values() for text in (*good, *bad)}),
    *(
        "UTC",
        "x86_64",
        "zstd",
        "podman",
        "auto",
        "random",
        "white",
        "linux",
        "boot/splash.png",
        True,
        0,
        5,
        64,
        -1,
        1.5,
        [],
        ["a", "a"],
        [1],
        [["a"]],
        {},
    ),
    *({"a": 1}, {"a": {"b": True}}, {"a": {"b": ["x"]}}, {"a": {"b": [1]}}, {"a": {"b": 1.5}}),
    *({"a": {"nixpkgs": "./a"}}, {"a": {"flake": "github:a/b"}}, {"a": {"flake": "./a"}}),
    *({"name": "a"}, {"A": {}}, {"a": {"B": 1}}, {"a": {"b": {}}}),
]


def _places(table: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in table["properties"].items():
        yield (*above, name)
        if "properties" in value:
            yield from _places(value, (*above, name))


def _with(place: tuple[str, ...], value: Any) -> dict[str, Any]:
    document: dict[str, Any] = {"image": {"name": "test"}}
    table = document
    for name in place[:-1]:
        table = table.setdefault(name, {})
    table[place[-1]] = value
    return document


def _loads(document: dict[str, Any]) -> bool:
    file = Path("voidgen.toml")
    try:
        table, others = variants.split(document)
        settings = structure(table, Config, file)
        variants.read(table, settings.image, others, file)
    except WrongInputError:
        return False
    return True


def test_shipped_copy_is_current() -> None:
    assert json_schema.FILE.read_bytes() == json_schema.schema(), "run `make golden`"


def test_is_a_schema() -> None:
    validator().check_schema(SCHEMA)


@pytest.mark.parametrize("project", [".", "examples/offline"])
def test_the_schema_accepts_this_repositorys_projects(project: str) -> None:
    validator().validate(tomllib.loads((ROOT / project / "voidgen.toml").read_text()))


@pytest.mark.parametrize("place", list(_places(SCHEMA)), ids=".".join)
def test_the_schema_agrees_with_the_loader(place: tuple[str, ...]) -> None:
    seen = set()
    for candidate in CANDIDATES:
        for value in (candidate, [candidate]):
            document = _with(place, value)
            loads = _loads(document)
            only_loader = place in ONLY_LOADER or secret_in(str(candidate))
            if loads or not only_loader:
                assert validator().is_valid(document) == loads, document
            seen.add(loads)
    assert seen == {True, False}


@pytest.mark.parametrize(
    ("variant", "loads"),
    [
        ({}, True),
        ({"image": {"arch": "aarch64"}}, True),
        ({"image": {"arch": "arm"}}, False),
        ({"nix": {"packages": ["a"]}}, True),
        ({"nix": {"packages": {"add": ["a"]}}}, True),
        ({"nix": {"packages": {"add": ["a b"]}}}, False),
        ({"nix": {"packages": {"plus": ["a"]}}}, False),
        ({"nix": {"nixpkgs": "./b"}}, False),
        ({"overlay": {"options": {"a": {"b": {"add": ["c"]}}}}}, True),
        ({"overlay": {"options": {"a": {"b": {"more": ["c"]}}}}}, False),
        ({"boot": {"entries": {"add": {"title": "a", "cmdline": ["b"]}}}}, True),
        ({"nix": {"sets": {"old": {"overlays": ["a.nix"]}}}}, True),
        ({"nix": {"sets": {"old": {"overlays": {"add": ["a.nix"]}}}}}, True),
        ({"nix": {"sets": {"old": {"nixpkgs": "./new"}}}}, False),
        ({"cache": {}}, False),
        ({"variants": {}}, False),
    ],
)
def test_the_schema_agrees_with_the_loader_about_variants(
    variant: dict[str, Any], loads: bool
) -> None:
    sets = {"old": {"nixpkgs": "./old"}}
    document = {"image": {"name": "test"}, "nix": {"sets": sets}, "variants": {"other": variant}}
    assert (_loads(document), validator().is_valid(document)) == (loads, loads)


@pytest.mark.parametrize("name", ["iso", "A", "-a", "a-", "default"])
def test_the_schema_agrees_with_the_loader_about_names_of_variants(name: str) -> None:
    document = {"image": {"name": "test"}, "variants": {name: {}}}
    assert (_loads(document), validator().is_valid(document)) == (False, False)


def _at(place: tuple[str, ...]) -> dict[str, Any]:
    table = SCHEMA
    for name in place:
        table = table["properties"][name]
    return table


@pytest.mark.parametrize("document", [{}, {"image": {}}, {"image": {"name": "a"}, "x": 1}])
def test_the_schema_refuses_missing_and_unknown_keys(document: dict[str, Any]) -> None:
    assert not _loads(document)
    assert not validator().is_valid(document)


def test_defaults_are_the_same_as_the_types() -> None:
    assert _at(("image", "locale"))["default"] == "en_US.UTF-8"
    assert _at(("nix", "packages"))["default"] == []
    assert "default" not in _at(("image", "name"))


def test_every_key_is_described() -> None:
    for place in _places(SCHEMA):
        assert _at(place)["description"], place
