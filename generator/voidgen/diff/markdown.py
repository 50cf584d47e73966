"""A diff as Markdown, fit for a comment on a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.diff import words
from voidgen.diff.words import STALE, moved, signed, unexplained, why
from voidgen.text import human_size, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voidgen.diff.closure import PackageChange
    from voidgen.diff.types import Diff, PathChange, Value

LONGEST = 60_000
"""Maximum number of characters; a comment on GitHub may have 65,536."""
SHOWN = 25
"""Rows of a table that are visible at once; longer tables are folded."""

_SPECIAL = re.compile(r"([\\\\`*_\[\]>|~])")
_FENCE = re.compile("(`{3,})(diff)?")
_REST = "The rest does not fit into a comment: `voidgen diff --format html` shows all."
_REFERENCE = re.compile(r"(?<!\w)([@#])(?=\w)")
"""What GitHub and GitLab read as a person's name, and would notify, or as an issue's number."""


def dump(diff: Diff) -> str:
    """Return a table for each layer that differs, `LONGEST` characters at most."""
    return "\n".join(_cut(_lines(diff)))


def _cut(lines: Iterable[str]) -> Iterator[str]:
    """Yield the ``lines`` that fit, and close what is open after the last of them."""
    room = LONGEST - len(_REST) - 100
    closing: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            yield from (*closing, "", _REST, "")
            return
        yield line
        if line == "<details>":
            closing = ["", "</details>"]
        elif line == "</details>":
            closing = []
        elif fence := _FENCE.fullmatch(line):
            closing = [fence[1], "", "</details>"] if fence[2] else ["", "</details>"]


def _lines(diff: Diff) -> Iterator[str]:
    yield f"### {_text(words.title(diff))}"
    yield ""
    if diff.sizes:
        old, new = diff.sizes
        sizes = f"{human_size(old)} → {human_size(new)} ({signed(new - old)})"
        yield from (f"Closure: {sizes}", "")
    for tables in (diff.request, diff.locks):
        for title, values in (tables or {}).items():
            yield from _table(title, ("", "", "old", "new"), [_value(one) for one in values])
    for title, changes in (("Void packages", diff.xbps), ("Nix closure", diff.closure)):
        heads: tuple[str, ...] = ("", "package", "version", "size")
        rows = [_change(one) for one in changes or ()]
        if diff.explained and changes is diff.closure:
            heads = (*heads, "why")
            rows = [(*row, _why(one)) for row, one in zip(rows, changes or (), strict=True)]
        yield from _table(title, heads, rows)
    yield from _overlay(diff.overlay or ())
    if line := unexplained(diff):
        yield from (f"{line[0].upper()}{line[1:]}.", "")
    if diff.stale:
        yield from (f"{STALE[0].upper()}{STALE[1:]}.", "")
    unknown = [name for name, layer in diff.layers().items() if layer is None]
    if unknown:
        yield from (f"Not compared, because one side lacks it: {', '.join(unknown)}.", "")
    elif not diff:
        yield from ("Nothing differs.", "")


def _value(one: Value) -> Sequence[str]:
    return (one.kind, _text(one.name), *map(_text, one.facts()))


def _change(one: PackageChange) -> tuple[str, ...]:
    name = f"**{_text(one.name)}**" if one.selected else _text(one.name)
    return (one.kind, name, _text(moved(one)), signed(one.size) if one.size else "")


def _why(one: PackageChange) -> str:
    return "<br>".join(_text(f"{what} {text}") for what, text in why(one))


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        return
    lines = [_row(heads), _row(["---"] * len(heads)), *map(_row, rows)]
    yield from _folded(f"{title}: {len(rows)}", lines, long=len(rows) > SHOWN)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _overlay(paths: Sequence[PathChange]) -> Iterator[str]:
    rows = [(one.kind, _text(one.path), *map(_text, one.facts())) for one in paths]
    yield from _table("Overlay", ("", "path", "old", "new"), rows)
    for one in paths:
        if one.lines:
            # Longer than any run of backticks in it.
            longest = max((len(run) for run in re.findall("`+", "\n".join(one.lines))), default=0)
            fence = "`" * max(3, longest + 1)
            lines = ("\t".join(map(visible, line.split("\t"))) for line in one.lines)
            yield from _folded(_html(one.path), [f"{fence}diff", *lines, fence], long=True)


def _folded(title: str, lines: Iterable[str], *, long: bool) -> Iterator[str]:
    """Fold ``lines`` if they are ``long``. Then ``title`` is HTML, as a summary has no Markdown."""
    if long:
        yield from ("<details>", f"<summary>{title}</summary>", "", *lines, "", "</details>", "")
    else:
        yield from (f"**{title}**", "", *lines, "")


def _text(text: str) -> str:
    """Escape text for Markdown."""
    return _SPECIAL.sub(r"\\\1", _html(text))


def _html(text: str) -> str:
    """Escape text for HTML; a zero-width space keeps it from mentioning anybody."""
    plain = visible(text).replace("&", "&amp;").replace("<", "&lt;")
    return _REFERENCE.sub(r"\1&#8203;", plain)
