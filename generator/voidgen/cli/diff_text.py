"""A diff for a terminal."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from voidgen.cli import styled
from voidgen.cli.diff_rows import Row, lay_out
from voidgen.cli.styled import Line, Span
from voidgen.diff import order, words
from voidgen.diff.words import moved, signed, unexplained, why
from voidgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TextIO

    from voidgen.cli.styled import Color
    from voidgen.diff.closure import PackageChange
    from voidgen.diff.types import Diff, PathChange, Value

STYLES = {
    "added": "green", "removed": "red", "upgraded": "cyan", "downgraded": "magenta",
    "changed": "yellow", "outputs": "yellow", "rebuilt": "dim", "copies": "dim",
}  # fmt: skip
SIGNS = {
    "added": "+", "removed": "-", "upgraded": "U", "downgraded": "D", "changed": "C",
    "outputs": "O", "rebuilt": "R", "copies": "#",
}  # fmt: skip
"""The signs of nvd, and O, R and #."""
LEGEND = {
    "upgraded": "upgraded", "downgraded": "downgraded", "changed": "changed",
    "outputs": "other outputs", "rebuilt": "rebuilt (same version)",
    "copies": "more or fewer copies",
}  # fmt: skip
"""What the signs that are letters, and #, mean."""
MARKS = {
    (True, True): ("*", "asked for"),
    (False, True): ("*+", "newly asked for"),
    (True, False): ("*-", "no longer asked for"),
}
"""What marks a package that the old side, the new side or both ask for, and what it means."""
LINES = 40
"""Maximum number of lines of a file's diff to show."""
_COMPONENT = re.compile(r"[0-9]+|[A-Za-z]+|.")
VERSIONS = 4
"""Maximum number of versions to name in a row."""


def show(
    diff: Diff, columns: int | None, color: Color = "auto", file: TextIO | None = None
) -> None:
    """Print each layer that differs, and which ones could not be compared, to ``file``.

    Lines have ``columns`` at most, if no word is longer; without it, each row is one line.
    """
    styled.write(_lines(diff, columns), color, file)


def title(
    diff: Diff, columns: int | None, color: Color = "auto", file: TextIO | None = None
) -> None:
    """Print what is compared."""
    lines = [(Span(visible(words.title(diff)), "bold"),)]
    if diff.sizes and diff.paths:
        lines.append((Span(words.sizes(diff.sizes, diff.paths)),))
    wrapped = [part for line in lines for part in styled.wrapped(line, columns, 4)]
    styled.write([*wrapped, ()], color, file)


def _lines(diff: Diff, columns: int | None) -> Iterator[Line]:
    for tables in (diff.request, diff.locks):
        for name, values in (tables or {}).items():
            rows = [
                _row(one.kind, one.name, " -> ".join(filter(None, one.facts()))) for one in values
            ]
            yield from _section(name, rows, columns)
    for name, changes in (("Void packages", diff.xbps), ("Nix closure", diff.closure)):
        yield from _packages(name, changes or (), columns)
    yield from _overlay(diff.overlay or (), columns)
    for note in _notes(diff):
        yield from styled.wrapped((note,), columns, 2)


def _notes(diff: Diff) -> Iterator[Span]:
    """Yield what concerns all layers: what signs mean, and what is not known."""
    if legend := _legend(diff):
        yield Span(legend, "dim")
    if line := unexplained(diff):
        yield Span(line, "dim")
    if diff.stale:
        yield Span(words.STALE)
    unknown = [name for name, layer in diff.layers().items() if layer is None]
    if unknown:
        yield Span(f"not compared, because one side lacks it: {', '.join(unknown)}", "dim")
    elif not diff:
        yield Span("nothing differs")


def _legend(diff: Diff) -> str:
    """Return what the letters and marks mean that the diff has; empty if it has none."""
    tables: list[tuple[Value, ...]] = [*(diff.request or {}).values(), *(diff.locks or {}).values()]
    packages = (*(diff.xbps or ()), *(diff.closure or ()))
    found = {one.kind for values in tables for one in values}
    found |= {one.kind for one in packages} | {one.kind for one in diff.overlay or ()}
    marks = {(one.was_asked, one.is_asked) for one in packages}
    return "  ".join(
        (
            *(f"{SIGNS[kind]} {what}" for kind, what in LEGEND.items() if kind in found),
            *(f"{mark} {what}" for asked, (mark, what) in MARKS.items() if asked in marks),
        )
    )


def _packages(name: str, changes: Sequence[PackageChange], columns: int | None) -> Iterator[Line]:
    if changes:
        shown, rest = order.listed(changes)
        lines = enumerate(words.folded(rest))
        notes = [f"{' ' if number else 'R'} {line}" for number, line in lines]
        title = f"{name}: {words.counted(changes)}"
        yield from _section(title, [_package(one) for one in shown], columns, notes)


def _package(one: PackageChange) -> Row:
    mark = MARKS.get((one.was_asked, one.is_asked))
    return Row(
        _sign(one.kind),
        visible(f"{one.name} {mark[0]}" if mark else one.name),
        _versions(one),
        signed(one.size) if one.size else "",
        tuple(visible(f"{what} {text}") for what, text in why(one)),
    )


def _versions(one: PackageChange) -> Line:
    """Return which versions became which; the part that differs is coloured."""
    if one.kind in {"upgraded", "downgraded", "changed"} and len(one.old) == len(one.new) == 1:
        old, new = visible(one.old[0]), visible(one.new[0])
        if old and new:
            end = _common(old, new)
            return (
                Span(old[:end]), Span(old[end:], "red"), Span(f" -> {new[:end]}"),
                Span(new[end:], "green"),
            )  # fmt: skip
    return (Span(visible(moved(one, VERSIONS))),)


def _common(old: str, new: str) -> int:
    """Return the length of what both begin with, up to the border of a component."""
    first = (_COMPONENT.findall(version) for version in (old, new))
    same = takewhile(lambda pair: pair[0] == pair[1], zip(*first, strict=False))
    return sum(len(part) for part, _ in same)


def _row(kind: str, name: str, facts: str) -> Row:
    return Row(_sign(kind), visible(name), (Span(visible(facts)),) if facts else ())


def _sign(kind: str) -> Span:
    return Span(SIGNS[kind], STYLES[kind])


def _section(
    name: str, rows: Sequence[Row], columns: int | None, notes: Iterable[str] = ()
) -> Iterator[Line]:
    if not rows and not notes:
        return
    yield from styled.wrapped((Span(name, "bold"),), columns, 2)
    yield from lay_out(rows, columns)
    for note in notes:
        yield from styled.wrapped((Span(f"  {visible(note)}", "dim"),), columns, 4)
    yield ()


def _overlay(paths: Sequence[PathChange], columns: int | None) -> Iterator[Line]:
    if not paths:
        return
    rows = [
        _row(
            one.kind,
            one.path,
            " -> ".join(filter(None, one.facts())) if one.kind == "changed" else "",
        )
        for one in paths
    ]
    yield from _section("Overlay", rows, columns)
    for one in paths:
        for line in one.lines[:LINES]:
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
            yield (Span(f"    {visible(line)}", style),)
        if len(one.lines) > LINES:
            yield (Span(f"    … {len(one.lines) - LINES} more lines", "dim"),)
    if any(one.lines for one in paths):
        yield ()
