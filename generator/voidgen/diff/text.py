"""A diff for a person at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from voidgen import bytesize
from voidgen.cli.report import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voidgen.diff.closure import Change
    from voidgen.diff.types import Diff, Path, Value

STYLES = {
    "added": "green", "removed": "red", "upgraded": "cyan", "downgraded": "magenta",
    "changed": "yellow", "rebuilt": "dim", "copies": "dim",
}  # fmt: skip
SIGNS = {
    "added": "+", "removed": "-", "upgraded": "U", "downgraded": "D", "changed": "C",
    "rebuilt": "R", "copies": "#",
}  # fmt: skip
"""As nvd has them; R and # are told in words beside."""
LINES = 40
"""Lines of a file's diff that are shown."""


def show(diff: Diff, *, by_size: bool = False) -> None:
    """Each layer that differs, and which ones could not be compared."""
    console = Console(highlight=False)
    for tables in (diff.request, diff.locks):
        for title, values in (tables or {}).items():
            _values(console, title, values)
    for title, changes in (("Void packages", diff.xbps), ("Nix closure", diff.closure)):
        order = sorted(changes or (), key=lambda one: -abs(one.size)) if by_size else changes or ()
        _changes(console, title, order)
    _overlay(console, diff.overlay or ())
    if diff.sizes:
        old, new = diff.sizes
        line = f"closure: {bytesize.show(old)} -> {bytesize.show(new)} ({signed(new - old)})"
        console.print(Text(line))
    unknown = [name for name, layer in diff.layers().items() if layer is None]
    if unknown:
        line = f"not compared, as one side does not know it: {', '.join(unknown)}"
        console.print(Text(line, style="dim"), soft_wrap=True)
    elif not diff:
        console.print(Text("nothing differs"))


def signed(count: int) -> str:
    """Bytes with a sign."""
    return f"{'-' if count < 0 else '+'}{bytesize.show(abs(count))}"


def versions(found: Sequence[str]) -> str:
    """Versions, each once, with how often it is there."""
    texts = []
    for version in dict.fromkeys(found):
        count = found.count(version)
        texts.append(f"{version or '(none)'}{f' x{count}' if count > 1 else ''}")
    return ", ".join(texts)


def _values(console: Console, title: str, values: Iterable[Value]) -> None:
    table = _table(console, title)
    for one in values:
        old, new = one.old, one.new
        text = f"{old} -> {new}" if old and new else (new or old or "")
        table.add_row(_sign(one.kind), _text(one.name), _text(text))
    console.print(table)
    console.print()


def _changes(console: Console, title: str, changes: Sequence[Change]) -> None:
    if not changes:
        return
    table = _table(console, title)
    for one in changes:
        table.add_row(
            _sign(one.kind),
            _text(f"{one.name} *" if one.selected else one.name),
            _text(moved(one)),
            _text(signed(one.size) if one.size else ""),
        )
    table.columns[-1].justify = "right"
    console.print(table)
    if any(one.selected for one in changes):
        console.print(Text("  * asked for", style="dim"))
    console.print()


def moved(one: Change) -> str:
    """Which versions became which."""
    if one.kind == "rebuilt":
        return f"{versions(one.new)} rebuilt"
    if one.kind == "copies":
        return f"{versions(one.old)} -> {versions(one.new)}"
    return " -> ".join(versions(side) for side in (one.old, one.new) if side)


def _overlay(console: Console, paths: Sequence[Path]) -> None:
    if not paths:
        return
    table = _table(console, "Overlay")
    for one in paths:
        text = f"{one.old} -> {one.new}" if one.old and one.new and one.old != one.new else ""
        table.add_row(_sign(one.kind), _text(one.path), _text(text))
    console.print(table)
    for one in paths:
        for number, line in enumerate(one.lines):
            if number == LINES:
                console.print(Text(f"    … {len(one.lines) - LINES} more lines", style="dim"))
                break
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
            console.print(Text(f"    {visible(line)}", style=style), soft_wrap=True)
    console.print()


def _table(console: Console, title: str) -> Table:
    console.print(Text(title, style="bold"))
    return Table(box=None, show_header=False, padding=(0, 0, 0, 2), show_edge=False)


def _sign(kind: str) -> Text:
    return Text(SIGNS[kind], style=STYLES[kind])


def _text(text: str) -> Text:
    return Text(visible(text))
