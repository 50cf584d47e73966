"""A diff as Markdown, fit for a comment on a pull request."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from voidgen.diff import order, words
from voidgen.diff.words import STALE, moved, signed, unexplained, why
from voidgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voidgen.diff.closure import PackageChange
    from voidgen.diff.types import Diff, PathChange, Value

LONGEST = 60_000
"""Maximum number of characters; a comment on GitHub may have 65,536."""
NOTE = 1_000
"""Characters kept for what is said of the rest, and for closing what is open."""
SHOWN = 25
"""Rows of a table that are visible at once; longer tables are folded."""

_TEXT = "text"
"""The kind of what changed in a file."""
_SPECIAL = re.compile(r"([\\\\`*_\[\]>|~])")
_FENCE = re.compile("(`{3,})(diff)?")
_REFERENCE = re.compile(r"(?<!\w)([@#])(?=\w)")
"""What GitHub and GitLab read as a person's name, and would notify, or as an issue's number."""


class _Line(NamedTuple):
    """A line, and what is counted if it is left out: the kind of a row, by its table."""

    text: str
    table: str = ""
    kind: str = ""


def dump(diff: Diff) -> str:
    """Return a table for each layer that differs, `LONGEST` characters at most."""
    return "\n".join(_cut(_lines(diff)))


def _cut(lines: Iterable[_Line]) -> Iterator[str]:
    """Yield the ``lines`` that fit, close what is open after the last one, and count the others."""
    room = LONGEST - NOTE
    closing: list[str] = []
    each = iter(lines)
    for line in each:
        text = line.text
        room -= len(text) + 1
        if room < 0:
            yield from (*closing, "", _left_out([line, *each]), "")
            return
        yield text
        if text == "<details>":
            closing = ["", "</details>"]
        elif text == "</details>":
            closing = []
        elif fence := _FENCE.fullmatch(text):
            closing = [fence[1], "", "</details>"] if fence[2] else ["", "</details>"]


def _left_out(lines: Iterable[_Line]) -> str:
    """Return what does not fit: the number of rows by kind, for each table."""
    tables: dict[str, Counter[str]] = {}
    for line in lines:
        if line.kind:
            tables.setdefault(line.table, Counter())[line.kind] += 1
    counted = [
        f"{table}: {', '.join(map(_counted, kinds.items()))}" for table, kinds in tables.items()
    ]
    named = f" ({'; '.join(counted)})" if counted else ""
    return f"The rest does not fit into a comment{named}: `voidgen diff --format html` shows all."


def _counted(kind: tuple[str, int]) -> str:
    name, count = kind
    if name == _TEXT:
        return f"the text of {count:,} file{'s' if count > 1 else ''}"
    return f"{count:,} {name}"


def _lines(diff: Diff) -> Iterator[_Line]:
    yield from _plain(f"### {_text(words.title(diff))}")
    if diff.sizes and diff.paths:
        sizes = words.sizes(diff.sizes, diff.paths)
        yield from _plain(_sentence(sizes).replace(" -> ", " → "))
    for tables in (diff.request, diff.locks):
        for title, values in (tables or {}).items():
            yield from _table(title, ("", "", "old", "new"), [_value(one) for one in values])
    yield from _packages("Void packages", diff.xbps or (), explained=False)
    yield from _packages("Nix closure", diff.closure or (), explained=diff.explained)
    yield from _overlay(diff.overlay or ())
    if line := unexplained(diff):
        yield from _plain(f"{_sentence(line)}.")
    if diff.stale:
        yield from _plain(f"{_sentence(STALE)}.")
    unknown = [name for name, layer in diff.layers().items() if layer is None]
    if unknown:
        yield from _plain(f"Not compared, because one side lacks it: {', '.join(unknown)}.")
    elif not diff:
        yield from _plain("Nothing differs.")


def _packages(title: str, changes: Sequence[PackageChange], *, explained: bool) -> Iterator[_Line]:
    heads: tuple[str, ...] = ("", "package", "version", "size")
    shown, rest = order.listed(changes)
    rows = [_change(one) for one in shown]
    if explained:
        heads = (*heads, "why")
        rows = [(*row, _why(one)) for row, one in zip(rows, shown, strict=True)]
    yield from _table(title, heads, rows, words.counted(changes))
    for line in words.folded(rest):
        yield from _plain(f"{_text(_sentence(line))}.")


def _plain(text: str) -> Iterator[_Line]:
    yield from (_Line(text), _Line(""))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _value(one: Value) -> Sequence[str]:
    return (one.kind, _text(one.name), *map(_text, one.facts()))


def _change(one: PackageChange) -> tuple[str, ...]:
    name = f"**{_text(one.name)}**" if one.selected else _text(one.name)
    return (one.kind, name, _text(moved(one)), signed(one.size) if one.size else "")


def _why(one: PackageChange) -> str:
    return "<br>".join(_text(f"{what} {text}") for what, text in why(one))


def _table(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], counted: str = ""
) -> Iterator[_Line]:
    if not rows:
        return
    lines = [
        *map(_Line, (_row(heads), _row(["---"] * len(heads)))),
        *(_Line(_row(row), title, row[0]) for row in rows),
    ]
    yield from _folded(f"{title}: {counted or len(rows)}", lines, long=len(rows) > SHOWN)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _overlay(paths: Sequence[PathChange]) -> Iterator[_Line]:
    rows = [(one.kind, _text(one.path), *map(_text, one.facts())) for one in paths]
    yield from _table("Overlay", ("", "path", "old", "new"), rows)
    for one in paths:
        if one.lines:
            # Longer than any run of backticks in it.
            longest = max((len(run) for run in re.findall("`+", "\n".join(one.lines))), default=0)
            fence = "`" * max(3, longest + 1)
            lines = ("\t".join(map(visible, line.split("\t"))) for line in one.lines)
            opened = _Line(f"{fence}diff", "Overlay", _TEXT)
            text = [opened, *map(_Line, lines), _Line(fence)]
            yield from _folded(_html(one.path), text, long=True)


def _folded(title: str, lines: Iterable[_Line], *, long: bool) -> Iterator[_Line]:
    """Fold ``lines`` if they are ``long``. Then ``title`` is HTML, as a summary has no Markdown."""
    if long:
        yield from map(_Line, ("<details>", f"<summary>{title}</summary>", ""))
        yield from lines
        yield from map(_Line, ("", "</details>", ""))
    else:
        yield from map(_Line, (f"**{title}**", ""))
        yield from lines
        yield _Line("")


def _text(text: str) -> str:
    """Escape text for Markdown."""
    return _SPECIAL.sub(r"\\\1", _html(text))


def _html(text: str) -> str:
    """Escape text for HTML; a zero-width space keeps it from mentioning anybody."""
    plain = visible(text).replace("&", "&amp;").replace("<", "&lt;")
    return _REFERENCE.sub(r"\1&#8203;", plain)
