"""Reading TOML files, and finding the line of a key for a fault."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

from voidgen.errors import Fault, Key, WrongInputError, unreadable
from voidgen.system.files import read_regular_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tree_sitter import Node

LARGEST = 1 << 20
"""Bytes. A file that a person writes is far smaller, and parsing must stay quick."""

_TOML_POSITION = re.compile(
    r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$"
)
_KEY_OF_TOMLLIB = re.compile(r"\(['\"].*\)")
_REMEDIES = {
    "Invalid value": "write text in quotes, a list in [ ], a table in { }",
    "Illegal character '\\n'": "close the quotes on the same line",
    "Cannot overwrite a value": "the key already has a value: remove one of the two",
}
"""What to do, by tomllib's most common messages."""


def read(file: Path) -> dict[str, Any]:
    """Return the tables of ``file``.

    Raises WrongInputError if it is missing, not a regular file, unreadable, larger than `LARGEST`,
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
    try:
        data = read_regular_file(file, LARGEST)
    except OSError as error:
        raise WrongInputError(unreadable(error, file)) from None
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
    return Fault(what, file, line=int(match["line"]), remedy=_REMEDIES.get(match["what"], ""))


def _lines(text: str) -> dict[Key, int]:
    """Return the line of every key and array element of a valid document."""
    # Imported here: only faults need lines, and tomllib does not give them.
    import tree_sitter_toml  # noqa: PLC0415
    from tree_sitter import Language, Parser  # noqa: PLC0415

    root = Parser(Language(tree_sitter_toml.language())).parse(text.encode()).root_node
    lines: dict[Key, int] = {}
    arrays: dict[Key, int] = {}
    for node in root.named_children:
        if node.type == "pair":
            _pair(node, (), lines)
        elif node.type in {"table", "table_array_element"}:
            *above, last = _key_parts(node.named_children[0])
            name = (*_with_last_indexes(above, arrays), last)
            if node.type == "table_array_element":
                index = arrays[name] = arrays.get(name, -1) + 1
                lines.setdefault(name, node.start_point[0] + 1)
                name = (*name, index)
            _put(lines, name, node)
            for pair in node.named_children[1:]:
                if pair.type == "pair":
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
    name = (*table, *_key_parts(node.named_children[0]))
    _put(lines, name, node)
    _value(node.named_children[1], name, lines)


def _value(node: Node, name: Key, lines: dict[Key, int]) -> None:
    children = [child for child in node.named_children if child.type != "comment"]
    if node.type == "array":
        for index, child in enumerate(children):
            _put(lines, (*name, index), child)
            _value(child, (*name, index), lines)
    elif node.type == "inline_table":
        for child in children:
            _pair(child, name, lines)


def _put(lines: dict[Key, int], name: Key, node: Node) -> None:
    for end in range(1, len(name) + 1):
        lines.setdefault(name[:end], node.start_point[0] + 1)


def _key_parts(node: Node) -> Key:
    """Return the parts of a key, without quotes; tomllib removes these."""
    table: Any = tomllib.loads(f"{(node.text or b'').decode()} = 0")
    parts: list[str] = []
    while isinstance(table, dict):
        ((part, table),) = table.items()
        parts.append(part)
    return tuple(parts)
