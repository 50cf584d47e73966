"""Reading TOML files, and finding the line of a key for a fault."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

from voidgen.errors import Fault, Key, WrongInputError
from voidgen.system import syntax_tree
from voidgen.system.files import read_input

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from voidgen.system.syntax_tree import Node

_TOML_POSITION = re.compile(
    r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$"
)
_KEY_OF_TOMLLIB = re.compile(r"\(['\"].*\)")
_REMEDIES = {
    "Invalid value": "write text in quotes, a list in [ ], a table in { }",
    "Illegal character '\\n'": "close the quotes on the same line",
    "Cannot overwrite a value": "the key already has a value: remove one of the two",
    "Cannot mutate immutable namespace": "that key already has a value: remove one of the two",
}
"""What to do, by the beginning of tomllib's most common messages."""


def read(file: Path) -> dict[str, Any]:
    """Return the tables of ``file``.

    Raises WrongInputError if it is missing, not a regular file, unreadable, larger than a MiB,
    not UTF-8 or not TOML 1.0.
    """
    return parse(text(file), file)


def parse(text: str, file: Path) -> dict[str, Any]:
    """Return the tables of ``text``, which is from ``file``; WrongInputError if not TOML 1.0."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongInputError(_syntax_fault(file, text, str(error))) from None
    except RecursionError:
        raise WrongInputError(Fault("nested too deeply", file)) from None
    except ValueError:  # Python does not convert such long numbers.
        what = "not TOML: has a number of thousands of digits"
        raise WrongInputError(Fault(what, file)) from None


def line_of(file: Path, key: Key) -> int | None:
    """Return the line of ``key``, counted from 1, or else of the nearest table around it."""
    try:
        lines = _lines(text(file))
    except WrongInputError:
        return None
    while key:
        if key in lines:
            return lines[key]
        key = key[:-1]
    return None


def spell(key: Key) -> str:
    """Return ``key`` as a person would write it: ``overlay.modules[2]``."""
    out = ""
    for part in key:
        if isinstance(part, int):
            out += f"[{part}]"
            continue
        # TOML has the same escapes as JSON.
        bare = re.fullmatch(r"[A-Za-z0-9_-]+", part)
        name = part if bare else json.dumps(part, ensure_ascii=False)
        out += f".{name}" if out else name
    return out


def text(file: Path) -> str:
    """Return the text of ``file``; raises WrongInputError as `read` does."""
    data = read_input(file)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = Fault("not UTF-8", file, line=line, remedy="save the file in UTF-8")
        raise WrongInputError(fault) from None


def _syntax_fault(file: Path, text: str, message: str) -> Fault:
    match = _TOML_POSITION.match(message)
    if not match:
        return Fault(f"not TOML: {message}", file)
    # tomllib shows a key as a Python tuple.
    text_of_error = _KEY_OF_TOMLLIB.sub(lambda key: spell(ast.literal_eval(key[0])), match["what"])
    what = f"not TOML: {text_of_error[0].lower()}{text_of_error[1:]}"
    if not match["line"]:
        remedy = "close the open quote or bracket: the file ends here"
        return Fault(what, file, line=text.removesuffix("\n").count("\n") + 1, remedy=remedy)
    found = (remedy for said, remedy in _REMEDIES.items() if match["what"].startswith(said))
    return Fault(what, file, line=int(match["line"]), remedy=next(found, ""))


def _lines(text: str) -> dict[Key, int]:
    """Return the line of every key and array element of a valid document."""
    # tomllib does not give lines.
    lines: dict[Key, int] = {}
    arrays: dict[Key, int] = {}
    for node in syntax_tree.parse(text, "toml").parts:
        if node.kind == "pair":
            _pair(node, (), lines)
        elif node.kind in {"table", "table_array_element"}:
            header, *pairs = node.parts
            *above, last = key_of(header)
            name = (*_with_last_indexes(above, arrays), last)
            if node.kind == "table_array_element":
                index = arrays[name] = arrays.get(name, -1) + 1
                lines.setdefault(name, node.line)
                name = (*name, index)
            _put(lines, name, node)
            for pair in pairs:
                if pair.kind == "pair":
                    _pair(pair, name, lines)
    return lines


def _with_last_indexes(name: Iterable[str | int], arrays: Mapping[Key, int]) -> Key:
    """Return the key of a header: in an array of tables, it means the last table so far."""
    key: Key = ()
    for part in name:
        key = (*key, part)
        if key in arrays:
            key = (*key, arrays[key])
    return key


def _pair(node: Node, table: Key, lines: dict[Key, int]) -> None:
    key, value, *_ = node.parts
    name = (*table, *key_of(key))
    _put(lines, name, node)
    _value(value, name, lines)


def _value(node: Node, name: Key, lines: dict[Key, int]) -> None:
    if node.kind == "array":
        for index, item in enumerate(node.parts):
            _put(lines, (*name, index), item)
            _value(item, (*name, index), lines)
    elif node.kind == "inline_table":
        for pair in node.parts:
            _pair(pair, name, lines)


def _put(lines: dict[Key, int], name: Key, node: Node) -> None:
    for end in range(1, len(name) + 1):
        lines.setdefault(name[:end], node.line)


def key_of(node: Node) -> tuple[str, ...]:
    """Return the parts of a key or header, without quotes; tomllib removes these."""
    table: Any = tomllib.loads(f"{node.text} = 0")
    parts: list[str] = []
    while isinstance(table, dict):
        ((part, table),) = table.items()
        parts.append(part)
    return tuple(parts)
