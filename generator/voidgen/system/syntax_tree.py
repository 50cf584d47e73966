"""Syntax trees of source text, by tree-sitter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

if TYPE_CHECKING:
    import tree_sitter

Grammar = Literal["bash", "toml"]


@frozen
class Node:
    """A node of a tree."""

    _node: tree_sitter.Node

    @property
    def kind(self) -> str:
        """The grammar's name for it, such as ``table`` or ``pair``."""
        return self._node.type

    @property
    def text(self) -> str:
        """The source of the node."""
        return (self._node.text or b"").decode()

    @property
    def parts(self) -> list[Node]:
        """The nodes right below it, without comments and `tokens`."""
        return [Node(one) for one in self._node.named_children if one.type != "comment"]

    @property
    def tokens(self) -> set[str]:
        """The tokens in it to which the grammar gives no name, such as ``=``."""
        return {one.type for one in self._node.children if not one.is_named}

    @property
    def is_before_comment(self) -> bool:
        """Whether a comment is what follows it."""
        after = self._node.next_sibling
        return after is not None and after.type == "comment"

    @property
    def has_error(self) -> bool:
        """Whether the grammar does not allow something in it."""
        return self._node.has_error

    @property
    def line(self) -> int:
        """The line on which it begins, counted from 1."""
        return self._node.start_point[0] + 1

    @property
    def last_line(self) -> int:
        """The line on which it ends, counted from 1."""
        return self._node.end_point[0] + 1

    @property
    def start(self) -> int:
        """Where it begins in the source, in bytes."""
        return self._node.start_byte

    @property
    def end(self) -> int:
        """Where it ends in the source, in bytes."""
        return self._node.end_byte


def parse(text: str, grammar: Grammar) -> Node:
    """Return the root of the tree of ``text``."""
    # Imported here: few commands need it.
    import tree_sitter_bash  # noqa: PLC0415
    import tree_sitter_toml  # noqa: PLC0415
    from tree_sitter import Language, Parser  # noqa: PLC0415

    language = {"bash": tree_sitter_bash, "toml": tree_sitter_toml}[grammar].language()
    return Node(Parser(Language(language)).parse(text.encode()).root_node)
