"""Faults of Nix code, found by tree-sitter's grammar.

Needless: `with`, names that nothing uses, `rec` in whose set no attribute names another. Scopes do
not count: a name is used if anything in the expression that binds it has that name.

Layout: what nixfmt always does, for machines that do not have it.
"""

from collections.abc import Iterator

import tree_sitter_nix
from tree_sitter import Language, Node, Parser

PARSER = Parser(Language(tree_sitter_nix.language()))
BRACKETS = {"attrset_expression", "rec_attrset_expression", "list_expression", "formals"}
BRACKET = "the closing bracket has another indent than the line with the opening one"
SPACE = "an odd indent, a tab, or a space at the end"
FREE = {"string_expression", "indented_string_expression", "comment"}


def faults(code: bytes) -> list[str]:
    """The faults of ``code``, each with its line."""
    root = PARSER.parse(code).root_node
    found = [fault for node in _nodes(root) for fault in _needless(node)]
    found += _layout(root, code.decode().split("\n"))
    return [f"line {line}: {what}" for line, what in sorted(found)]


def _needless(node: Node) -> Iterator[tuple[int, str]]:
    match node.type:
        case "with_expression":
            yield _line(node), "with"
        case "rec_attrset_expression":
            bound, used = _of_bindings(node)
            if used.isdisjoint(map(_text, bound)):
                yield _line(node), "rec"
        case "let_expression":
            bound, used = _of_bindings(node)
            yield from _unused(bound, used | _used(node.child_by_field_name("body")))
        case "function_expression":
            formals = node.child_by_field_name("formals")
            bound = node.children_by_field_name("universal")
            for formal in formals.children_by_field_name("formal") if formals else ():
                bound += formal.children_by_field_name("name")
            yield from _unused(bound, _used(formals) | _used(node.child_by_field_name("body")))


def _unused(bound: list[Node], used: set[str]) -> Iterator[tuple[int, str]]:
    for name in bound:
        # The grammar wants a formal after the last comma, and takes it for missing. A name that
        # begins with _ says that it is not used.
        if not name.is_missing and not _text(name).startswith("_") and _text(name) not in used:
            yield _line(name), f"{_text(name)} is not used"


def _of_bindings(node: Node) -> tuple[list[Node], set[str]]:
    """The names that a let or rec binds, and those that its bindings use."""
    bound: list[Node] = []
    used: set[str] = set()
    sets = (child for child in node.named_children if child.type == "binding_set")
    for binding in (binding for one in sets for binding in one.named_children):
        if binding.type == "binding":
            path = binding.child_by_field_name("attrpath")
            bound += path.named_children[:1] if path else []
            used |= _used(binding)
        elif binding.type in {"inherit", "inherit_from"}:
            attributes = binding.child_by_field_name("attrs")
            bound += attributes.named_children if attributes else []
            used |= _used(binding.child_by_field_name("expression"))
    return bound, used


def _used(node: Node | None) -> set[str]:
    """The names in an expression that are variables, or inherited from what is around it."""
    found = set()
    for each in _nodes(node):
        if each.type == "variable_expression":
            found.add(_text(each))
        elif each.type == "inherited_attrs" and each.parent and each.parent.type == "inherit":
            found |= {_text(name) for name in each.named_children}
    return found


def _layout(root: Node, lines: list[str]) -> Iterator[tuple[int, str]]:
    free: set[int] = set()
    for node in _nodes(root):
        first, last = node.start_point[0], node.end_point[0]
        if node.type in FREE:
            free |= {*range(first, last + 1)}
        elif node.type in BRACKETS and first != last:
            before = lines[last][: node.end_point[1] - 1]
            if before != " " * _indent(lines[first]):
                yield last + 1, BRACKET
    for number, line in enumerate(lines):
        if number not in free and (_indent(line) % 2 or "\t" in line or line != line.rstrip()):
            yield number + 1, SPACE


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _nodes(node: Node | None) -> Iterator[Node]:
    if node:
        yield node
        for child in node.named_children:
            yield from _nodes(child)


def _line(node: Node) -> int:
    return node.start_point[0] + 1


def _text(node: Node) -> str:
    return (node.text or b"").decode()
