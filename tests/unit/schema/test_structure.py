from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import pytest
from attrs import field, frozen

from voidgen.errors import WrongInputError
from voidgen.schema.rule import Rule
from voidgen.schema.structure import OptionValue, kebab, structure

FILE = Path("x.toml")
SMALL = Rule("small letters", "[a-z]+", (("[A-Z]", "write it small"), ("[0-9]", "no digits")))


@frozen
class Inner:
    level: int = 1


@frozen
class Outer:
    name: str
    small: Annotated[str, SMALL] = "x"
    on: bool = False
    two_words: tuple[Annotated[str, SMALL], ...] = ()
    kind: Literal["red", "green"] = "red"
    inner: Inner = field(factory=Inner)
    maybe: Inner | None = None
    tables: Mapping[Annotated[str, SMALL], Inner] = MappingProxyType({})
    option: OptionValue | None = None
    rows: tuple[Inner, ...] = ()


def test_defaults() -> None:
    assert structure({"name": "n"}, Outer, FILE) == Outer("n")


def test_all() -> None:
    table = {
        "name": "",
        "small": "abc",
        "on": True,
        "two-words": ["b", "a"],
        "kind": "green",
        "inner": {"level": -(2**63)},
        "maybe": {},
        "tables": {"b": {"level": 2}, "a": {}},
        "option": ["Any text", ""],
    }
    outer = structure(table, Outer, FILE)
    assert outer == Outer(
        "",
        "abc",
        on=True,
        two_words=("b", "a"),
        kind="green",
        inner=Inner(-(2**63)),
        maybe=Inner(),
        tables={"a": Inner(), "b": Inner(2)},
        option=("Any text", ""),
    )
    assert list(outer.tables) == ["a", "b"], "whatever their order in the file"
    with pytest.raises(TypeError):
        outer.tables["c"] = Inner()  # type: ignore[index]


@pytest.mark.parametrize(
    ("key", "value", "place", "what"),
    [
        ("name", 5, "", "expected a string, got the number 5"),
        ("name", [], "", "expected a string, got a list"),
        ("name", "a\0b", "", "has a NUL character"),
        ("on", 1, "", "expected true or false, got the number 1"),
        ("on", "true", "", "expected true or false, got 'true'"),
        ("small", "A", "", "expected small letters, got 'A'"),
        ("small", "abc\n", "", r"expected small letters, got 'abc\n'"),
        ("small", True, "", "expected a string, got true"),
        ("two-words", "ab", "", "expected a list, got 'ab'"),
        ("two-words", {"a": 1}, "", "expected a list, got a table"),
        ("two-words", ["a", "B"], 1, "expected small letters, got 'B'"),
        ("two-words", ["a", "b", "a"], 2, "'a' is listed twice"),
        ("rows", [{}, {"level": 2}, {"level": 1}], 2, "a table is listed twice"),
        ("kind", "rde", "", "expected one of red, green, got 'rde'"),
        ("kind", ["red"], "", "expected one of red, green, got a list"),
        ("inner", [], "", "expected a table, got a list"),
        ("inner", {"level": True}, "level", "expected a whole number, got true"),
        ("inner", {"level": 1.0}, "level", "expected a whole number, got the number 1.0"),
        ("inner", {"level": 2**63}, "level", "expected a whole number of 64 bits"),
        ("inner", {"lvl": 1}, "lvl", "unknown key"),
        ("maybe", {"level": "1"}, "level", "expected a whole number, got '1'"),
        ("tables", [], "", "expected a table, got a list"),
        ("tables", {"A": {}}, "A", "expected small letters, got 'A'"),
        ("tables", {"a": 1}, "a", "expected a table, got the number 1"),
        ("option", 1.5, "", "expected a string, boolean, integer or list of strings"),
        ("option", {}, "", "expected a string, boolean, integer or list of strings"),
        ("option", ["a", 1], 1, "expected a string, got the number 1"),
        ("option", 2**70, "", "expected a whole number of 64 bits"),
    ],
)
def test_faults(key: str, value: Any, place: str | int, what: str) -> None:
    with pytest.raises(WrongInputError) as caught:
        structure({"name": "n"} | {key: value}, Outer, FILE)
    (fault,) = caught.value.faults
    assert fault.file == FILE
    assert fault.key == ((key,) if place == "" else (key, place))
    assert fault.what.startswith(what)


def test_all_faults_at_once() -> None:
    table = {"small": "A", "kind": 1, "inner": {"x": 1, "level": ""}, "two-words": [1, "a", 2]}
    with pytest.raises(WrongInputError) as caught:
        structure(table, Outer, FILE)
    assert {fault.key for fault in caught.value.faults} == {
        ("name",),
        ("small",),
        ("kind",),
        ("inner", "x"),
        ("inner", "level"),
        ("two-words", 0),
        ("two-words", 2),
    }


def test_did_you_mean_a_choice() -> None:
    with pytest.raises(WrongInputError) as caught:
        structure({"name": "n", "kind": "geren"}, Outer, FILE)
    assert caught.value.faults[0].remedy == "did you mean 'green'?"


def test_kebab() -> None:
    assert kebab("a_b_c") == "a-b-c"
