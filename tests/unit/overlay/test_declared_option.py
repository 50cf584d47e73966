from typing import Any

import pytest

from voidgen.overlay.declared_option import ARTICLES, PYTHON_TYPES, Option
from voidgen.schema.rule import MisfitError
from voidgen.schema.structure import OptionValue

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"


@pytest.mark.parametrize(
    ("option", "good", "wrong", "what"),
    [
        (Option("string", "x"), "a", 1, "expected a string, got the number 1"),
        (Option("boolean", "x"), True, 1, "expected true or false, got the number 1"),
        (Option("integer", "x"), 1, True, "expected a whole number, got true"),
        (Option("list", "x"), ("a",), "a", "expected a list of strings, got 'a'"),
        (Option("enum", "x", choices=("a", "b")), "b", "c", "expected one of a, b, got 'c'"),
        (Option("string", "x", rule="ssh-public-key"), KEY, "no key", "expected "),
        (Option("list", "x", rule="ssh-public-key"), (KEY,), (KEY, "no key"), "expected "),
    ],
    ids=lambda value: value.type if isinstance(value, Option) else None,
)
def test_misfit(option: Option, good: OptionValue, wrong: OptionValue, what: str) -> None:
    assert option.misfit(good) == ""
    assert option.misfit(wrong).startswith(what)


@pytest.mark.parametrize(
    ("kind", "more", "key"),
    [
        ("enum", {}, "choices"),
        ("string", {"choices": ("a",)}, "choices"),
        ("integer", {"names": "/usr/bin/@"}, "names"),
        ("boolean", {"rule": "ssh-public-key"}, "rule"),
        ("integer", {"default": "one"}, "default"),
    ],
)
def test_what_does_not_fit_together(kind: Any, more: dict[str, Any], key: str) -> None:
    with pytest.raises(MisfitError) as error:
        Option(kind, "x", **more)
    assert error.value.key == (key,)


def test_each_type_has_a_name_for_people() -> None:
    assert ARTICLES.keys() == PYTHON_TYPES.keys()
