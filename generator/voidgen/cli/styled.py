"""Styled text for a terminal, without rich: importing it takes longer than small diffs do."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Literal, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TextIO

Color = Literal["auto", "always", "never"]
COLORS: tuple[Color, ...] = ("auto", "always", "never")


class Span(NamedTuple):
    """Text and its style: names of colours, ``bold`` and ``dim``, separated by spaces."""

    text: str
    style: str = ""


Line = tuple[Span, ...]

_WORD = re.compile(r"(?:`[^`]*`|[^\s`]|`)+|\s+")
"""A word, or a command in backquotes with the signs around it: a line break would break it."""


def width(text: str) -> int:
    """Return the columns that ``text`` takes on a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415

    return cell_len(text)


def width_of(line: Iterable[Span]) -> int:
    """Return the columns that a line takes."""
    return sum(width(span.text) for span in line)


def wrapped(line: Line, columns: int | None, indent: int) -> list[Line]:
    """Return ``line`` as lines of ``columns`` at most, broken between words.

    Lines after the first one are indented. A longer word, or command in backquotes, has a line of
    its own. Without ``columns``, it stays one line. No line ends with spaces.
    """
    if columns is None or width_of(line) <= columns:
        return [_trimmed(line)]
    lines: list[list[Span]] = [[]]
    taken, is_empty = 0, True
    for word in _words(line):
        is_blank, size = word[0].text.isspace(), width_of(word)
        if not is_empty and not is_blank and taken + size > columns:
            lines.append([Span(" " * indent)])
            taken, is_empty = indent, True
        lines[-1] += word
        taken += size
        is_empty &= is_blank
    return [_trimmed(one) for one in lines]


def _words(line: Line) -> Iterator[list[Span]]:
    """Yield words, and the white space between them; a word may have several styles."""
    word: list[Span] = []
    for span in line:
        for text in _WORD.findall(span.text):
            if word and (text.isspace() or word[0].text.isspace()):
                yield word
                word = []
            word.append(Span(text, span.style))
    if word:
        yield word


def _trimmed(line: Sequence[Span]) -> Line:
    end = len(line)
    while end and not line[end - 1].text.strip():
        end -= 1
    if not end:
        return ()
    last = line[end - 1]
    return (*line[: end - 1], last._replace(text=last.text.rstrip()))


def is_coloured(color: Color, file: TextIO) -> bool:
    """Return whether to style what is written to ``file`` (no-color.org for ``auto``)."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return file.isatty()


def write(lines: Iterable[Line], color: Color = "auto", file: TextIO | None = None) -> None:
    """Write ``lines`` to ``file``, or to standard output."""
    to = file or sys.stdout
    shown = _styled if is_coloured(color, to) else _plain
    to.write("".join([f"{shown(line)}\n" for line in lines]))


def _plain(line: Line) -> str:
    return "".join([span.text for span in line])


def _styled(line: Line) -> str:
    return "".join([_in_style(span) if span.style and span.text else span.text for span in line])


def _in_style(span: Span) -> str:
    names = span.style.split()
    colours = [one for one in names if one not in {"bold", "dim"}]
    return click.style(
        span.text,
        fg=colours[0] if colours else None,
        bold="bold" in names or None,
        dim="dim" in names or None,
    )
