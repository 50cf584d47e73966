from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voidgen.schema.rule import LONGEST_SHOWN, MisfitError, Rule, show

SMALL = Rule("small letters", "[a-z]+", (("[A-Z]", "write it small"), ("[0-9]", "no digits")))


@pytest.mark.parametrize(
    ("value", "remedy"), [("aB", "write it small"), ("a1", "no digits"), ("a-", "")]
)
def test_a_rule_has_a_remedy_for_a_common_mistake(value: str, remedy: str) -> None:
    assert SMALL.check("abc") == "abc"
    with pytest.raises(MisfitError) as error:
        SMALL.check(value)
    assert (error.value.what, error.value.remedy) == (
        f"expected small letters, got {value!r}",
        remedy,
    )


def test_a_secret_is_not_shown() -> None:
    rule = Rule("a name", "[a-z]+", secret="key-.*")  # noqa: S106 - a pattern
    with pytest.raises(MisfitError, match="not shown") as error:
        rule.check("my key-123")
    assert "123" not in error.value.what
    assert rule.shown("KEY") == "'KEY'"


@given(st.text() | st.integers() | st.floats() | st.datetimes() | st.times())
def test_shown_values_fit_a_line(value: Any) -> None:
    text = show(value)
    # repr may spell a sign with ten: \U0001f600.
    assert 0 < len(text) <= 10 * LONGEST_SHOWN + 3
    assert text.isprintable()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (10**70, "a huge number"),
        (float("inf"), "the number inf"),
        ({}, "a table"),
        ([], "a list"),
        (None, "nothing"),
    ],
)
def test_show(value: Any, text: str) -> None:
    assert show(value) == text
