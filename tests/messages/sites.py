"""Every message that the program can print, found in the syntax of its source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[2] / "generator" / "voidgen"
CALLS = {"Fault", "StepFailedError", "UsageError", "BadParameter", "ClickException"}
"""What is called with a message as its first argument."""
ANY = "\0"
"""Stands for what is known only when it is said."""
MOST = 3
"""Steps from name to name, of which none leads in a circle then."""


@frozen
class Message:
    """A place in the source, and its text, with `ANY` for values from elsewhere."""

    place: str
    text: str

    @property
    def opaque(self) -> bool:
        """Return whether the whole text comes from elsewhere, such as another program."""
        return not self.text.strip(f"{ANY} :")

    def is_in(self, said: str) -> bool:
        return bool(re.search(".*".join(map(re.escape, self.text.split(ANY))), said))


def messages() -> list[Message]:
    found = []
    for file in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(file.read_text())
        place = str(file.relative_to(ROOT))
        found += [Message(f"{place}: {text}", text) for text in _of_file(tree)]
    return list(dict.fromkeys(found))


def _of_file(tree: ast.Module) -> Iterator[str]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in CALLS and node.args:
            yield from _texts(node.args[0], _inmost(functions, node))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _inmost(functions: list[ast.FunctionDef], node: ast.expr) -> ast.FunctionDef | None:
    around = [one for one in functions if one.lineno <= node.lineno <= (one.end_lineno or 0)]
    return max(around, key=lambda one: one.lineno, default=None)


def _texts(node: ast.expr, function: ast.FunctionDef | None, steps: int = 0) -> list[str]:
    """Return all texts that an expression can have, as far as its function shows."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            texts = [part.value if isinstance(part, ast.Constant) else ANY for part in parts]
            return ["".join(map(str, texts))]
        case ast.IfExp(body=one, orelse=other):
            return [*_texts(one, function, steps), *_texts(other, function, steps)]
        case ast.Name(id=name) if function and steps < MOST:
            given = [*_assigned(function, name)]
            return [text for one in given for text in _texts(one, function, steps + 1)] or [ANY]
        case _:
            return [ANY]


def _assigned(function: ast.FunctionDef, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _given(target, node.value, name)


def _given(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    match target, value:
        case ast.Name(id=one), _ if one == name:
            yield value
        case ast.Tuple(elts=targets), ast.Tuple(elts=values):
            for inner, each in zip(targets, values, strict=True):
                yield from _given(inner, each, name)
