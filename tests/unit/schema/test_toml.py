import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voidgen.errors import Fault, Key, WrongInputError
from voidgen.schema import toml
from voidgen.system.files import LARGEST_TEXT

# Without digits: values are told by their numbers.
NAMES = st.text(st.characters(exclude_categories=["Cs", "Nd"], exclude_characters="\r"), max_size=4)


def fault_of(file: Path) -> Fault:
    with pytest.raises(WrongInputError) as caught:
        toml.read(file)
    (fault,) = caught.value.faults
    assert fault.file == file
    return fault


def test_read(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('[a]\nb = ["ü"]\n')
    assert toml.read(file) == {"a": {"b": ["ü"]}}


def test_read_empty(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"")
    assert toml.read(file) == {}


def test_missing(tmp_path: Path) -> None:
    assert fault_of(tmp_path / "a.toml").what == "cannot be read: No such file or directory"


def test_dangling_link(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.symlink_to("a.toml")
    assert "Too many levels of symbolic links" in fault_of(file).what


def test_folder(tmp_path: Path) -> None:
    assert fault_of(tmp_path).what == "cannot be read: Is a directory"


def test_fifo(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.toml")
    assert fault_of(tmp_path / "a.toml").what == "not a regular file"


def test_device() -> None:
    assert fault_of(Path("/dev/zero")).what == "not a regular file"


def test_size_limit(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"#" * LARGEST_TEXT)
    assert toml.read(file) == {}
    with file.open("ab") as stream:
        stream.write(b"\n")
    assert fault_of(file).what == "larger than 1 MiB"


@pytest.mark.parametrize(("data", "line"), [(b"\xff", 1), (b"a = 1\n\n#\xc3\n", 3)])
def test_not_utf_8(tmp_path: Path, data: bytes, line: int) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(data)
    fault = fault_of(file)
    assert (fault.what, fault.line) == ("not UTF-8", line)


@given(text=st.text())
def test_any_text_is_a_table_or_one_fault(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(text.encode())
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        fault = fault_of(file)
        assert fault.what.startswith("not TOML: ")
        assert fault.line is not None
        assert 0 <= fault.line <= text.count("\n") + 1
    else:
        assert toml.read(file) == expected


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (("overlay", "modules", 2), "overlay.modules[2]"),
        (("a-b", "c d", "é"), 'a-b."c d"."é"'),
        (("",), '""'),
        (('say "hi"\n', "\x1b"), '"say \\"hi\\"\\n"."\\u001b"'),
    ],
)
def test_spell(key: Key, said: str) -> None:
    assert toml.spell(key) == said


@given(
    # DEL is the one sign that JSON leaves as it is and TOML wants escaped.
    names=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f")), min_size=1
    )
)
def test_spelled_keys_are_toml(names: list[str]) -> None:
    table: Any = tomllib.loads(f"{toml.spell(tuple(names))} = 1")
    for name in names:
        table = table[name]
    assert table == 1


DOCUMENT = """\
# comment
top = 1
'quoted key'.dotted."x.y" = 2
inline = { a = 1, b = { "c d" = [
  { e = 1 },
  # comment
  { e = 2 }, { e = 3 }
] } }
many = [
  "x", "y", # comment
  [
    "z",
  ],
]

[table]   # comment
a = '''
b = 1
'''
b = 2

[table.below."the dot.ted"]
c = 1

[[array]]
d = 1

[array.below]
e = 1

[[array.deep]]
f = 1

[[array]]

[array.below]
e = 2

[[array.deep]]

[[array.deep]]
f = 2
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("top",), 2),
        (("quoted key",), 3),
        (("quoted key", "dotted", "x.y"), 3),
        (("inline",), 4),
        (("inline", "b", "c d", 0), 5),
        (("inline", "b", "c d", 0, "e"), 5),
        (("inline", "b", "c d", 2, "e"), 7),
        (("many", 1), 10),
        (("many", 2, 0), 12),
        (("table",), 16),
        (("table", "b"), 20),
        (("table", "below"), 22),
        (("table", "below", "the dot.ted", "c"), 23),
        (("array",), 25),
        (("array", 0, "d"), 26),
        (("array", 0, "below", "e"), 29),
        (("array", 0, "deep", 0, "f"), 32),
        (("array", 1), 34),
        (("array", 1, "below", "e"), 37),
        (("array", 1, "deep", 1), 41),
        (("array", 1, "deep", 1, "f"), 42),
        # What is not there is looked for in the nearest table that is.
        (("table", "missing"), 16),
        (("table", "b", "missing", 3), 20),
        (("many", 9), 9),
        (("missing", "a"), None),
        ((), None),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_of(tmp_path: Path, key: Key, line: int | None, end: str) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(DOCUMENT.replace("\n", end).encode())
    assert toml.line_of(file, key) == line


def test_line_of_no_file(tmp_path: Path) -> None:
    assert toml.line_of(tmp_path / "a.toml", ("a",)) is None


def _tables(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(NAMES, values, max_size=3)


DATA = _tables(
    st.recursive(
        st.none(), lambda inner: st.lists(inner, max_size=3) | _tables(inner), max_leaves=8
    )
)


def _item(value: Any, numbers: list[int], draw: Any, *, inside: bool) -> Any:
    """``value`` for tomlkit, its leaves numbered, in one of TOML's spellings."""
    if value is None:
        numbers.append(1000 + len(numbers))
        return tomlkit.item(numbers[-1])
    if isinstance(value, list):
        if value and not inside and all(isinstance(one, dict) for one in value) and draw():
            tables = tomlkit.aot()
            for one in value:
                tables.append(_item(one, numbers, lambda: False, inside=False))
            return tables
        array = tomlkit.array()
        for one in value:
            array.append(_item(one, numbers, draw, inside=True))
        return array.multiline(draw())
    table = tomlkit.inline_table() if inside or draw() else tomlkit.table()
    for name, one in value.items():
        table.append(
            name, _item(one, numbers, draw, inside=isinstance(table, tomlkit.items.InlineTable))
        )
    return table


def _leaves(value: Any, key: Key = ()) -> dict[int, Key]:
    if isinstance(value, int):
        return {value: key}
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return {
        leaf: place for name, one in pairs for leaf, place in _leaves(one, (*key, name)).items()
    }


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=DATA, choices=st.data())
def test_line_of_every_value(
    data: dict[str, Any], choices: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    document = tomlkit.document()
    numbers: list[int] = []

    def draw() -> bool:
        return choices.draw(st.booleans())

    for name, value in data.items():
        document.append(name, _item(value, numbers, draw, inside=False))
    text = tomlkit.dumps(document)
    file = tmp_path_factory.getbasetemp() / "document.toml"
    file.write_text(text, newline="")
    for number, key in _leaves(toml.read(file)).items():
        (line,) = (index for index, line in enumerate(text.split("\n"), 1) if str(number) in line)
        assert toml.line_of(file, key) == line, (text, key)
