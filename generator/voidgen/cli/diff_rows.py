"""Rows of a diff that fit a terminal. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.cli.styled import Line, Span, width, width_of, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAME, FACTS = 32, 28
"""Columns after which a longer cell moves the rest of its row to the right."""
INDENT = 9
"""Columns before the lines below a row."""
SIGN = 5
"""Columns of the sign and the spaces beside it."""


@frozen
class Row:
    """A sign, a name, what moved, a number, and lines below them."""

    sign: Span
    name: str
    facts: Line = ()
    number: str = ""
    below: tuple[str, ...] = ()


def lay_out(rows: Sequence[Row], columns: int | None) -> Iterator[Line]:
    """Yield lines of ``columns`` at most, if no word is longer; without it, a line for each row.

    Cells are aligned if they are not longer than most. The last cell of a row is not padded.
    """
    names = _capped([width(row.name) for row in rows], _share(columns, NAME))
    facts = _capped([width_of(row.facts) for row in rows], _share(columns, FACTS))
    numbers = max((len(row.number) for row in rows), default=0)
    for row in rows:
        line = [Span("  "), row.sign, Span("  "), Span(row.name)]
        if row.facts or row.number:
            line += (Span(" " * (names - width(row.name)) + "  "), *row.facts)
        if row.number:
            # A longer name takes the room of shorter facts.
            room = SIGN + names + 2 + facts - width_of(line)
            line.append(Span(" " * room + "  " + row.number.rjust(numbers if room >= 0 else 0)))
        yield from wrapped(tuple(line), columns, INDENT)
        for text in row.below:
            yield from wrapped((Span(" " * (INDENT - 2)), Span(text, "dim")), columns, INDENT)


def _share(columns: int | None, most: int) -> int:
    return most if columns is None else min(most, columns * 2 // 5)


def _capped(widths: Sequence[int], most: int) -> int:
    """Return the largest of ``widths`` that is ``most`` at most; 0 if there is none."""
    return max((one for one in widths if one <= most), default=0)
