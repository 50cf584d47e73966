"""TOML files: reading them, and finding the line of a key when a fault is printed."""

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
"""Bytes; a file written by hand is far smaller, and parsing must stay quick."""

_TOML_POSITION = re.compile(
    r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$"
)
_KEY_OF_TOMLLIB = re.compile(r"\(['\"].*\)")
_REMEDIES = {
    "Invalid value": "text stands in quotes, a list in [ ], a table in { }",
    "Illegal character '\\n'": "a quoted text ends on its line",
    "Cannot overwrite a value": "the key has a value already: remove one of them",
}
"""What to do about the commonest messages of tomllib."""


def read(file: Path) -> dict[str, Any]:
    """The tables of ``file``.

    Raises WrongInputError where it is missing, no regular file, unreadable, over `LARGEST`,
    not UTF-8 or not TOML 1.0.
    """
    return parse(text(file), file)


def parse(text: str, file: Path) -> dict[str, Any]:
    """The tables of ``text``, which is ``file``'s; WrongInputError where it is not TOML 1.0."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongInputError(_syntax_fault(file, text, str(error))) from None
    except RecursionError:
        raise WrongInputError(Fault("nested too deeply", file)) from None
    except ValueError:  # Python converts no longer ones
        what = "not TOML: a number of thousands of digits"
        raise WrongInputError(Fault(what, file)) from None


def line_of(file: Path, key: Key) -> int | None:
    """The line (from 1) where ``key`` is written, or the nearest table around it."""
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
    """``key`` as a person would write it: ``overlay.modules[2]``."""
    out = ""
    for part in key:
        if isinstance(part, int):
            out += f"[{part}]"
            continue
        # JSON's escapes are TOML's too.
        bare = re.fullmatch(r"[A-Za-z0-9_-]+", part)
        name = part if bare else json.dumps(part, ensure_ascii=False)
        out += f".{name}" if out else name
    return out


def text(file: Path) -> str:
    """What stands in ``file``, as `read` reads it."""
    try:
        data = read_regular_file(file, LARGEST)
    except OSError as error:
        raise WrongInputError(unreadable(error, file)) from None
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = Fault("not UTF-8", file, line=line, remedy="save the file with UTF-8 encoding")
        raise WrongInputError(fault) from None


def _syntax_fault(file: Path, text: str, message: str) -> Fault:
    match = _TOML_POSITION.match(message)
    if not match:
        return Fault(f"not TOML: {message}", file)
    # tomllib shows a key as Python's tuple.
    said = _KEY_OF_TOMLLIB.sub(lambda key: spell(ast.literal_eval(key[0])), match["what"])
    what = f"not TOML: {said[0].lower()}{said[1:]}"
    if not match["line"]:
        remedy = "the file ends here: close the quote or bracket that is open"
        return Fault(what, file, line=len(text.splitlines()), remedy=remedy)
    return Fault(what, file, line=int(match["line"]), remedy=_REMEDIES.get(match["what"], ""))


def _lines(text: str) -> dict[Key, int]:
    """Every key and array element of a valid document, with its line."""
    # Imported here: only a fault needs positions, and tomllib keeps none.
    import tree_sitter_toml  # noqa: PLC0415
    from tree_sitter import Language, Parser  # noqa: PLC0415

    root = Parser(Language(tree_sitter_toml.language())).parse(text.encode()).root_node
    lines: dict[Key, int] = {}
    arrays: dict[Key, int] = {}
    for node in root.named_children:
        if node.type == "pair":
            _pair(node, (), lines)
        elif node.type in {"table", "table_array_element"}:
            *above, last = _name(node.named_children[0])
            name = (*_latest(above, arrays), last)
            if node.type == "table_array_element":
                index = arrays[name] = arrays.get(name, -1) + 1
                lines.setdefault(name, node.start_point[0] + 1)
                name = (*name, index)
            _put(lines, name, node)
            for pair in node.named_children[1:]:
                if pair.type == "pair":
                    _pair(pair, name, lines)
    return lines


def _latest(name: Iterable[str | int], arrays: Mapping[Key, int]) -> Key:
    """``name`` as a header means it: of an array of tables, the table begun last."""
    key: Key = ()
    for part in name:
        key = (*key, part)
        if key in arrays:
            key = (*key, arrays[key])
    return key


def _pair(node: Node, table: Key, lines: dict[Key, int]) -> None:
    name = (*table, *_name(node.named_children[0]))
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


def _name(node: Node) -> Key:
    """A key's parts; tomllib undoes the quoting."""
    table: Any = tomllib.loads(f"{(node.text or b'').decode()} = 0")
    parts: list[str] = []
    while isinstance(table, dict):
        ((part, table),) = table.items()
        parts.append(part)
    return tuple(parts)
