"""Each filter is tested with a program that reads its format."""

import configparser
import json
import re
import string
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voidgen.config.image import ImageConfig
from voidgen.errors import Fault, WrongInputError
from voidgen.plan import templating

FILE = Path("a.j2")
NASTY = [
    "",
    " ",
    "a b",
    "'",
    '"',
    "''",
    "'''",
    '""',
    "\\",
    "\\n",
    "\\\\",
    "\n",
    "a\n",
    "\r\n",
    "\t",
    "$x",
    "${x}",
    "$${x}",
    "$$",
    "''${x}",
    "$(echo x)",
    "`echo x`",
    "-n",
    "--",
    "!x",
    "*",
    "~",
    "#x",
    ";x",
    "%s%d%(x)s",
    "a=b",
    "[s]",
    "&amp;",
    "<a>",
    "]]>",
    "{{ x }}",
    "{% x %}",
    "é",
    "\U0001f600",
    "\u2028\u2029\x85",
    "\ufeff",
    "\uffff",
    "\x01\x1b[31m\x7f",
    "\\s\\t",
    " a ",
]
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
) | st.sampled_from(NASTY)
LISTS = st.lists(TEXTS, max_size=20)


def fill(template: str, **values: Any) -> str:
    return templating.render(template, values, FILE)


def fault(template: str, **values: Any) -> Fault:
    with pytest.raises(WrongInputError) as caught:
        fill(template, **values)
    (found,) = caught.value.faults
    assert found.file == FILE
    assert found.what.startswith("template: ")
    return found


def consume(*argv: str, stdin: str) -> bytes:
    done = subprocess.run(argv, input=stdin.encode(), capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout


@pytest.mark.parametrize("shell", ["dash", "bash"])
@given(values=LISTS)
@example(NASTY)
def test_sh(shell: str, values: list[str]) -> None:
    one = "{% for value in values %}printf '%s\\0' {{ value | sh }}\n{% endfor %}"
    words = 'set -- {{ values | sh }}\nfor word in "$@"; do printf \'%s\\0\' "$word"; done\n'
    script = fill(one + words, values=tuple(values))
    assert consume(shell, stdin=script).decode() == "".join(f"{value}\0" for value in values * 2)


@given(values=LISTS)
@example(NASTY)
def test_nix(values: list[str]) -> None:
    code = fill("[ {% for value in values %}{{ value | nix }} {% endfor %}]", values=values)
    argv = ("nix-instantiate", "--eval", "--strict", "--json", "--store", "dummy://", "-")
    assert json.loads(consume(*argv, stdin=code)) == values


@given(TEXTS)
def test_xml(value: str) -> None:
    template = "<a b={{ value | xmlattr }}>{{ value | xml }}</a>"
    if re.search(r"[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", value):
        assert "XML 1.0 does not allow" in fault(template, value=value).what
        return
    found = ET.fromstring(fill(template, value=value))  # noqa: S314 - it is ours
    assert (found.text or "", found.attrib) == (value, {"b": value})


@given(TEXTS)
def test_ini(value: str) -> None:
    if re.search(r"[\x01-\x1f\x7f]", value) or value != value.strip():
        assert "an INI value is one line" in fault("{{ value | ini }}", value=value).what
        return
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(fill("[s]\na = {{ value | ini }}\nb=x\n", value=value))
    assert dict(parser["s"]) == {"a": value, "b": "x"}


def _keyfile_value(line: str) -> str:
    """Return the value as GLib reads it: without blanks around =, and with escapes resolved."""
    escapes = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
    value = line.partition("=")[2].strip(string.whitespace)
    return re.sub(r"\\(.)", lambda found: escapes[found[1]], value)


@given(TEXTS)
def test_keyfile(value: str) -> None:
    if re.search(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]", value):
        assert (
            "cannot contain control characters" in fault("{{ value | keyfile }}", value=value).what
        )
        return
    line = fill("a = {{ value | keyfile }}", value=value)
    assert not re.search(r"[\x00-\x1f]", line)
    assert _keyfile_value(line) == value


@given(st.recursive(TEXTS | st.booleans() | st.integers(), st.lists))
def test_json(value: Any) -> None:
    assert json.loads(fill("{{ value | json }}", value=value)) == value


@pytest.mark.parametrize("name", ["sh", "ini", "keyfile", "nix", "json"])
@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false"), (-5, "-5")])
def test_booleans_and_numbers(name: str, value: bool | int, text: str) -> None:
    assert fill(f"{{{{ value | {name} }}}}", value=value).strip('"') == text
    assert fill("{{ value }}", value=value) == text


PLAIN = set(string.ascii_letters + string.digits + "_./:@%+,=-")


@given(st.text(st.sampled_from(sorted(PLAIN))))
def test_plain_values_are_inserted_unchanged(value: str) -> None:
    assert fill("{{ value }}", value=value) == value


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@example("a\n")
@example("\0")
def test_other_values_need_a_filter(value: str) -> None:
    if set(value) <= PLAIN:
        return
    found = fault("\n{{ value }}", value=value)
    assert found.line == 2
    assert "needs a filter" in found.what or "\0" in value


@pytest.mark.parametrize(
    "template",
    [
        "{{ value | sh ~ value }}",
        "{{ (value | sh) ~ value }}",
        "{{ (value | sh).upper() }}",
        "{{ value | sh | replace('a', value) }}",
        "{{ value | safe }}",
        "{{ value | e }}",
        "{{ [value] | join }}",
        "{{ '%s' | format(value) }}",
        "{% set x = value %}{{ x }}",
        "{{ 'a b' }}",
    ],
)
def test_filters_cannot_be_bypassed(template: str) -> None:
    assert "needs a filter" in fault(template, value="$(a) b").what


@pytest.mark.parametrize("value", [["a"], ("a",), None, 1.5, {"a": "b"}, ImageConfig("a")])
def test_values_that_are_not_text_are_refused(value: Any) -> None:
    assert fault("{{ value }}", value=value)


@pytest.mark.parametrize("name", sorted({*templating.FILTERS} - {"json"}))
@pytest.mark.parametrize("text", ["'\\x00'", "'\\ud800'"])
def test_characters_that_no_file_can_hold_are_refused(name: str, text: str) -> None:
    assert fault(f"{{{{ {text} | {name} }}}}").line == 1


@pytest.mark.parametrize("name", ["", *(f"| {name}" for name in templating.FILTERS)])
@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("missing", "'missing' is undefined"),
        ("options.nmaes", "unknown name 'nmaes'; did you mean 'names'?"),
        ("options['zzz']", "unknown name 'zzz'; known names: names"),
        ("image.titel", "unknown name 'titel'; did you mean 'title'?"),
        ("empty.x", "unknown name 'x'; known names: none"),
        ("missing.x", "'missing' is undefined"),
    ],
)
def test_undefined_is_named_with_its_line(name: str, place: str, said: str) -> None:
    values: dict[str, Any] = {"options": {"names": ()}, "image": ImageConfig("a"), "empty": {}}
    found = fault(f"a\n\n{{{{ {place} {name} }}}}\n", **values)
    assert (found.what, found.line) == (f"template: {said}", 3)


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("a\n{{ a", 2),
        ("a\n{% if %}", 2),
        ("a\n{% for x in 1 %}\n{% endfor %}", 2),
        ("a\n\n{{ a | nothing }}", 3),
        ("{% if true %}\n{{ 1 / 0 }}\n{% endif %}", 2),
        ("a\n{{ ().__class__ }}", 2),
        ("a\n{{ range(10 ** 9) | sh }}", 2),
        ("a\n{{ none | sh }}", 2),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", None),
        ("\n{% include 'a' %}", 2),
        ("{% extends 'a' %}", 1),
        ("\n{{ missing() }}", 2),
        ("\n{{ 'a'() }}", 2),
    ],
)
def test_wrong_templates(template: str, line: int | None) -> None:
    assert fault(template).line == line


def test_values_cannot_be_changed() -> None:
    values = {"a": ["b"]}
    assert fault("{% set _ = a.append('c') %}", **values)
    assert values == {"a": ["b"]}


def test_the_rest_of_a_template_is_kept() -> None:
    text = "#!/bin/sh\n\t$x ${y} `z` \\ 'é' # {# gone #} \n\n"
    assert fill(text) == text.replace("{# gone #}", "")
    assert fill("") == ""
    assert fill("no newline") == "no newline"


def test_blocks_leave_no_empty_lines() -> None:
    template = "a\n  {% if on %}\nb\n  {% endif %}\nc\n"
    assert fill(template, on=True) == "a\nb\nc\n"
    assert fill(template, on=False) == "a\nc\n"


def test_names() -> None:
    assert templating.names({"color-scheme-x": 1, "a": 2}) == {"color_scheme_x": 1, "a": 2}
