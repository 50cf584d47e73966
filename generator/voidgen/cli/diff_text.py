"""Print a diff for a terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from voidgen.cli import console as consoles
from voidgen.diff import words
from voidgen.diff.words import STALE, causes, moved, signed, unexplained, why
from voidgen.text import human_size, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from rich.console import Console

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
REBUILT = 10
"""Maximum number of rebuilt packages, not asked for themselves, to list."""
FOLDED = 5
"""Maximum number of causes to name for the packages that are not listed."""
LINES = 40
"""Maximum number of lines of a file's diff to show."""


def show(diff: Diff, *, by_size: bool = False, file: TextIO | None = None) -> None:
    """Print each layer that differs, and which ones could not be compared; to ``file``."""
    console = consoles.make(file=file)
    for tables in (diff.request, diff.locks):
        for title, values in (tables or {}).items():
            _values(console, title, values)
    for title, changes in (("Void packages", diff.xbps), ("Nix closure", diff.closure)):
        order = sorted(changes or (), key=lambda one: -abs(one.size)) if by_size else changes or ()
        _changes(console, title, order)
    _overlay(console, diff.overlay or ())
    if legend := _legend(diff):
        console.print(Text(legend, style="dim"), soft_wrap=True)
    if diff.sizes:
        old, new = diff.sizes
        line = f"closure: {human_size(old)} -> {human_size(new)} ({signed(new - old)})"
        console.print(Text(line))
    if line := unexplained(diff):
        console.print(Text(line, style="dim"), soft_wrap=True)
    if diff.stale:
        console.print(Text(STALE), soft_wrap=True)
    unknown = [name for name, layer in diff.layers().items() if layer is None]
    if unknown:
        line = f"not compared, because one side lacks it: {', '.join(unknown)}"
        console.print(Text(line, style="dim"), soft_wrap=True)
    elif not diff:
        console.print(Text("nothing differs"))


def title(diff: Diff, file: TextIO | None = None) -> None:
    """Print what is compared."""
    console = consoles.make(file=file)
    console.print(Text(f"{visible(words.title(diff))}\n"), soft_wrap=True)


def _legend(diff: Diff) -> str:
    """Return what the letters mean that the diff has; empty if it has none."""
    tables = ({**(diff.request or {}), **(diff.locks or {})}).values()
    found = {one.kind for values in tables for one in values}
    found |= {one.kind for one in (*(diff.xbps or ()), *(diff.closure or ()))}
    found |= {one.kind for one in diff.overlay or ()}
    return "  ".join(f"{SIGNS[kind]} {what}" for kind, what in LEGEND.items() if kind in found)


def _values(console: Console, title: str, values: Iterable[Value]) -> None:
    rows = [(one.kind, one.name, " -> ".join(filter(None, one.facts())), "") for one in values]
    _rows(console, title, rows)


def _changes(console: Console, title: str, changes: Sequence[PackageChange]) -> None:
    shown = [one for one in changes if one.selected or one.kind != "rebuilt"]
    if len(changes) - len(shown) <= REBUILT:
        shown = [*changes]
    rows = [
        (
            one.kind,
            f"{one.name} *" if one.selected else one.name,
            moved(one),
            signed(one.size) if one.size else "",
            *(f"{what} {text}" for what, text in why(one)),
        )
        for one in shown
    ]
    notes = ["* asked for"] if any(one.selected for one in shown) else []
    if len(shown) < len(changes):
        size = sum(one.size for one in changes) - sum(one.size for one in shown)
        count = len(changes) - len(shown)
        notes.append(f"R {count:,} more, rebuilt with the same versions ({signed(size)})")
        folded = Counter(causes(one.cause) for one in {*changes} - {*shown} if one.cause)
        notes += (f"  {many:,} because {cause}" for cause, many in folded.most_common(FOLDED))
    if changes:
        _rows(console, title, rows, notes)


def _overlay(console: Console, paths: Sequence[PathChange]) -> None:
    if not paths:
        return
    _rows(
        console,
        "Overlay",
        [
            (one.kind, one.path, " -> ".join(one.facts()) if one.kind == "changed" else "", "")
            for one in paths
        ],
    )
    for one in paths:
        for line in one.lines[:LINES]:
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
            console.print(Text(f"    {visible(line)}", style=style), soft_wrap=True)
        if len(one.lines) > LINES:
            console.print(Text(f"    … {len(one.lines) - LINES} more lines", style="dim"))
    if any(one.lines for one in paths):
        console.print()


def _rows(
    console: Console,
    title: str,
    rows: Sequence[tuple[str, ...]],
    notes: Iterable[str] = (),
) -> None:
    """Print kind, name, what moved, a number to the right, and lines below it.

    Rich's tables are slow for thousands.
    """
    text = Text(f"{title}\n", style="")
    text.stylize("bold", 0, len(title))
    cells = [(kind, *map(visible, rest)) for kind, *rest in rows]
    widths = [max((cell_len(row[column]) for row in cells), default=0) for column in (1, 2, 3)]
    for kind, name, what, number, *lines in cells:
        text.append(f"  {SIGNS[kind]}", STYLES[kind])
        text.append(f"  {set_cell_size(name, widths[0])}  {set_cell_size(what, widths[1])}")
        text.append(f"  {number.rjust(widths[2])}".rstrip() + "\n")
        for line in lines:
            text.append(f"       {line}\n", "dim")
    for note in notes:
        text.append(f"  {note}\n", "dim")
    console.print(text, soft_wrap=True)
