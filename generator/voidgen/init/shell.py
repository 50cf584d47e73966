"""Reading the variables that a shell script sets, without running it.

tree-sitter's grammar of bash parses the script. Understood are quotes, comments, arrays, continued
lines, and variables that were set before, with their defaults (bash(1), "Shell Parameter
Expansion").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen.system import syntax_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.system.syntax_tree import Node

LONGEST = 60
"""Characters of a statement that a message repeats."""


@frozen
class Variable:
    """A variable with its value, or the elements of an array; ``line`` counts from 1.

    ``used`` is true if it is part of another variable's value.
    """

    name: str
    value: str | tuple[str, ...]
    line: int
    used: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The elements of an array, or the words of a string."""
        return tuple(self.value.split()) if isinstance(self.value, str) else self.value


@frozen
class Unread:
    """A statement whose effect on variables is not known without running it."""

    text: str
    line: int


class _NeedsRunError(Exception):
    """The value is not known without running the script."""


def read(text: str) -> tuple[list[Variable], list[Unread]]:
    """Return the variables that a script sets, with their last values, and what is not understood.

    The variables are in the order in which the script first sets them.
    """
    reader = _Reader()
    for node in syntax_tree.parse(text, "bash").parts:
        reader.statement(node)
    found = [evolve(one, used=one.name in reader.used) for one in reader.found.values()]
    return found, reader.unread


class _Reader:
    def __init__(self) -> None:
        self.found: dict[str, Variable] = {}
        self.unread: list[Unread] = []
        self.used: set[str] = set()

    def statement(self, node: Node) -> None:
        if node.kind in {"variable_assignments", "declaration_command"}:
            # `export NAME` alone sets nothing, and options of `declare` change no value.
            for part in node.parts:
                if part.kind == "variable_assignment":
                    self.statement(part)
            return
        try:
            if node.has_error or node.kind != "variable_assignment":
                raise _NeedsRunError  # noqa: TRY301 - noted below, as all else that is not read
            self._assign(node)
        except _NeedsRunError:
            text = " ".join(node.text.split())
            shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
            self.unread.append(Unread(shown, node.line))

    def _assign(self, node: Node) -> None:
        name, *values = node.parts
        if name.kind != "variable_name":
            raise _NeedsRunError
        key = name.text
        value = self._value(values[0]) if values else ""
        before = self.found.get(key)
        if "+=" in node.tokens and before:
            value = _joined(before.value, value)
        self.found[key] = Variable(key, value, node.line)

    def _value(self, node: Node) -> str | tuple[str, ...]:
        if node.kind == "array":
            return tuple(word for one in node.parts for word in self._element(one))
        return self._string(node)

    def _element(self, node: Node) -> Iterator[str]:
        """Yield the words of an element: bash splits an expansion without quotes at blanks."""
        text = self._string(node)
        yield from text.split() if "expansion" in node.kind else (text,)

    def _string(self, node: Node) -> str:
        text = node.text
        match node.kind:
            case "word" | "number":
                return re.sub(r"\\(\n|.)", lambda found: found[1].strip("\n"), text)
            case "raw_string":
                return text[1:-1]
            case "string":
                return "".join(self._quoted(node))
            case "concatenation":
                return "".join(map(self._string, node.parts))
            case "simple_expansion":
                return self._variable(text.lstrip().removeprefix("$"))
            case "expansion":
                return self._expansion(node)
        raise _NeedsRunError

    def _quoted(self, node: Node) -> Iterator[str]:
        """Yield the parts of a text in double quotes.

        Blanks before an expansion belong to no node, or to that of the expansion.
        """
        data = node.text.encode()[1:-1]
        start, base = 0, node.start + 1
        for child in node.parts:
            if child.kind == "string_content":
                continue
            yield _unescaped(data[start : child.start - base])
            text = child.text
            yield text[: len(text) - len(text.lstrip())]
            yield self._string(child)
            start = child.end - base
        yield _unescaped(data[start:])

    def _expansion(self, node: Node) -> str:
        found = re.fullmatch(r"\$\{(\w+)(?::?[-=](.*))?\}", node.text.lstrip(), re.DOTALL)
        if not found:
            raise _NeedsRunError
        name, default = found[1], found[2]
        if default is None or name in self.found:
            return self._variable(name)
        if re.search(r"[$`\\\"']", default):
            raise _NeedsRunError
        return default

    def _variable(self, name: str) -> str:
        known = self.found.get(name)
        if known is None:
            raise _NeedsRunError
        self.used.add(name)
        return known.value if isinstance(known.value, str) else " ".join(known.value[:1])


def _joined(old: str | tuple[str, ...], new: str | tuple[str, ...]) -> str | tuple[str, ...]:
    if isinstance(old, str) and isinstance(new, str):
        return old + new
    return (*((old,) if isinstance(old, str) else old), *((new,) if isinstance(new, str) else new))


def _unescaped(data: bytes) -> str:
    return re.sub(r"\\\n|\\([\"$`\\])", lambda found: found[1] or "", data.decode())
