"""Edit voidgen.toml as text: the user's comments, order and style stay. Pure."""

from __future__ import annotations

import copy
import re
import tomllib
from functools import partial
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, Table

from voidgen.errors import Fault, Key, WrongInputError
from voidgen.schema import toml
from voidgen.system import syntax_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from voidgen.system.syntax_tree import Node

LISTS: Mapping[str, tuple[str, str]] = {
    "nix": ("nix", "packages"),
    "xbps": ("xbps", "packages"),
    "module": ("overlay", "modules"),
    "service": ("services", "enable"),
}
"""What can be added and removed, and the list of voidgen.toml that holds it."""
DISABLED = ("services", "disable")
UNFREE = ("nix", "unfree")
INSECURE = ("nix", "insecure")
OPTIONS = ("overlay", "options")


def listed(text: str, key: tuple[str, str]) -> list[str]:
    """Return the names in the list at ``key``, in its order."""
    table, name = key
    return [*tomllib.loads(text).get(table, {}).get(name, [])]


def put(text: str, table: str, name: str, value: str) -> str:
    """Return ``text`` with one string replaced; a comment beside it stays in its column.

    If the table does not have it, this uncomments a line such as ``# name = "x"``, or adds one.
    """
    document: Any = tomlkit.parse(text)
    if name not in document[table]:
        line = rf"(?m)^# ({re.escape(name)} = [^#\n]*?)( +#|$)"
        text, uncommented = re.subn(
            line, lambda found: f"{found[1]}{found[2] and f'  {found[2]}'}", text, count=1
        )
        document = tomlkit.parse(text)
        if not uncommented:
            document[table][name] = value
    old = document[table][name]
    document[table][name] = value
    new = document[table][name]
    if new.trivia.comment:
        gap = len(new.trivia.comment_ws) + len(old.as_string()) - len(new.as_string())
        new.trivia.comment_ws = " " * max(1, gap)
    return str(document.as_string())


def replace(text: str, key: tuple[str, str], value: str, file: Path) -> str:
    """Return ``text`` with the string at ``key`` replaced.

    Raises WrongInputError if ``file`` is written in a way that cannot be edited.
    """

    def by_data(data: dict[str, Any]) -> None:
        data[key[0]][key[1]] = value

    return _edited(text, (lambda text: put(text, *key, value),), by_data, key, file)


def add(text: str, key: tuple[str, str], names: Iterable[str], file: Path) -> str:
    """Return ``text`` with ``names`` at the end of a list; makes the list if it is missing.

    Raises WrongInputError if ``file`` is written in a way that cannot be edited.
    """
    new = [*names]

    def by_data(data: dict[str, Any]) -> None:
        data.setdefault(key[0], {}).setdefault(key[1], []).extend(new)

    def by_text(text: str, *, lines: bool = False) -> str:
        whole = text if text.endswith("\n") else f"{text}\n"
        document = tomlkit.parse(_with_last_comma(whole, key))
        array = _array(document, *key)
        for name in new:
            if lines:
                array.add_line(name, indent="  ")
            else:
                array.append(name)
        return document.as_string()

    # If a comment ends the line of the first items, tomlkit would append to the comment.
    ways = (by_text, partial(by_text, lines=True))
    return _edited(text, ways, by_data, key, file) if new else text


def remove(text: str, key: tuple[str, str], names: Iterable[str], file: Path) -> str:
    """Return ``text`` without ``names``, which the list has, and without the comments beside them.

    Raises WrongInputError if ``file`` is written in a way that cannot be edited.
    """
    gone = {*names}

    def by_data(data: dict[str, Any]) -> None:
        left = data[key[0]][key[1]]
        left[:] = [name for name in left if name not in gone]

    def by_text(text: str, *, lines: bool = False) -> str:
        document = tomlkit.parse(_with_last_line(text, key) if lines else text)
        array: Any = document[key[0]][key[1]]
        for index in reversed(range(len(array))):
            if array[index] in gone:
                del array[index]
        return document.as_string()

    # If a comment is above the last item, tomlkit before 0.15 would put the bracket into it.
    ways = (by_text, partial(by_text, lines=True))
    return _edited(text, ways, by_data, key, file) if gone else text


def remove_options(text: str, module: str, file: Path) -> str:
    """Return ``text`` without the options of ``module`` and the comments right above them.

    Raises WrongInputError if ``file`` is written in a way that cannot be edited.
    """
    key = (*OPTIONS, module)

    def by_data(data: dict[str, Any]) -> None:
        del data["overlay"]["options"][module]

    def by_text(text: str) -> str:
        cut = _without_table(text, key)
        if cut is not None:
            return cut
        document = tomlkit.parse(text)
        del document["overlay"]["options"][module]
        return document.as_string()

    return _edited(text, (by_text,), by_data, key, file)


def _edited(
    text: str,
    ways: Iterable[Callable[[str], str]],
    by_data: Callable[[dict[str, Any]], None],
    key: Key,
    file: Path,
) -> str:
    """Return the result of the first of ``ways`` that means the same as ``by_data``."""
    expected = copy.deepcopy(tomllib.loads(text))
    by_data(expected)
    for way in ways:
        try:
            new = way(text)
            if _meaning(tomllib.loads(new)) == _meaning(expected):
                return new
        except (TOMLKitError, tomllib.TOMLDecodeError, LookupError, TypeError, ValueError):
            continue
    what = "is written in a way that voidgen cannot edit safely"
    raise WrongInputError(Fault(what, file, key, remedy="edit it yourself"))


def _meaning(data: dict[str, Any]) -> dict[str, Any]:
    """Return ``data`` without an [overlay] and options that became empty."""
    overlay = data.get("overlay", {})
    kept = {key: value for key, value in overlay.items() if key != "options" or value}
    return {**data, "overlay": kept}


def _array(document: tomlkit.TOMLDocument, table: str, name: str) -> Array:
    if table not in document:
        document[table] = tomlkit.table()
    owner: Any = document[table]
    if name not in owner:
        tail = _tail(owner) if isinstance(owner, Table) else []
        owner[name] = tomlkit.array()
        if tail:
            owner.value.body.extend(tail)
    array = owner[name]
    assert isinstance(array, Array)  # noqa: S101 - the configuration was loaded
    return array


def _tail(table: Table) -> list[Any]:
    """Take blank lines and comments off the end of a table: they belong to what follows."""
    body = table.value.body
    start = len(body)
    while start and body[start - 1][0] is None:
        start -= 1
    tail = body[start:]
    del body[start:]
    return tail


def _without_table(text: str, key: tuple[str, ...]) -> str | None:
    """Return ``text`` without the table that has ``key`` as its header; None if none has."""
    # Without tomlkit: to it, the comments above a table belong to the table before.
    found = _table(text, key)
    if found is None:
        return None
    lines = text.split("\n")
    first = found.line - 1
    last = max(part.last_line for part in found.parts) - 1
    while first and lines[first - 1].startswith("#"):
        first -= 1
    before, after = lines[:first], lines[last + 1 :]
    if any(after):
        after = after[1:] if not after[0].strip() else after
    else:
        before, after = [*_trimmed(before), ""], []
    return "\n".join([*before, *after])


def _trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def _with_last_comma(text: str, key: tuple[str, str]) -> str:
    """Return ``text`` with a comma after a list's last item if a comment follows.

    tomlkit would write the comma into the comment.
    """
    array = _list(text, key)
    last = array.parts[-1:] if array else []
    return _inserted(text, last[0].end, ",") if last and last[0].is_before_comment else text


def _with_last_line(text: str, key: tuple[str, str]) -> str:
    """Return ``text`` with the closing bracket of a list on a line of its own."""
    array = _list(text, key)
    return _inserted(text, array.end - 1, "\n") if array else text


def _inserted(text: str, at: int, new: str) -> str:
    """Return ``text`` with ``new`` before its byte ``at``."""
    data = text.encode()
    return (data[:at] + new.encode() + data[at:]).decode()


def _list(text: str, key: tuple[str, str]) -> Node | None:
    """Return the list of a table with a header of its own."""
    table = _table(text, key[:1])
    named = (part.parts for part in (table.parts if table else ()) if part.kind == "pair")
    return next((array for name, array, *_ in named if name.text == key[1]), None)


def _table(text: str, key: tuple[str, ...]) -> Node | None:
    """Return the table that has ``key`` as its header."""
    tables = (node for node in syntax_tree.parse(text, "toml").parts if node.kind == "table")
    return next((table for table in tables if toml.key_of(table.parts[0]) == key), None)
