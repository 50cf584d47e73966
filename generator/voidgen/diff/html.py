"""A diff as one self-contained HTML page: tables to search and sort, sizes as bars.

All data of the diff is text there, never markup. It is escaped, and the page itself allows only its
own script and style (Content Security Policy Level 3, "Usage of hashes").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from voidgen.data.bundled_files import DATA
from voidgen.diff import words
from voidgen.system import sri
from voidgen.system.templates import Templates
from voidgen.text import human_size, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voidgen.diff.closure import PackageChange
    from voidgen.diff.types import Diff

BARS = 30
"""Maximum number of packages in the plot of sizes: those that gained or lost the most bytes."""
NAMES, PLOT, NUMBERS, ROW = 210, 480, 90, 22
"""Units of the plot: widths of its three columns, and the height of a row."""


@frozen
class Bar:
    """A package in the plot: its bar begins at ``x``, in units of the plot."""

    change: PackageChange
    x: float
    width: float


@frozen
class Plot:
    """Bars from a line at ``zero``: removed bytes to the left, added bytes to the right."""

    bars: tuple[Bar, ...]
    zero: float


def dump(diff: Diff) -> str:
    """Return the page."""
    # Without characters that control a terminal or the direction of writing.
    templates = Templates(lambda value: visible(str(value)), trusted=True, html=True)
    style, script = _source("page.css"), _source("page.js")
    values = {
        "diff": diff,
        "title": words.title(diff),
        "tables": _tables(diff),
        "packages": [
            (title, changes)
            for title, changes in (("Void packages", diff.xbps), ("Nix closure", diff.closure))
            if changes
        ],
        "plot": plot((*(diff.xbps or ()), *(diff.closure or ()))),
        "columns": (NAMES, PLOT, NUMBERS, ROW),
        "marked": any(one.selected for one in diff.closure or ()),
        "unknown": ", ".join(name for name, layer in diff.layers().items() if layer is None),
        "words": words,
        "show": human_size,
        "style": style,
        "script": script,
        "style_hash": sri.of_bytes(style.encode()),
        "script_hash": sri.of_bytes(script.encode()),
    }
    return templates.fill(_source("page.html"), values)


def _source(name: str) -> str:
    return (DATA / "page" / name).read_text()


def _tables(diff: Diff) -> Mapping[str, Sequence[Any]]:
    return {**(diff.request or {}), **(diff.locks or {})}


def plot(changes: Sequence[PackageChange]) -> Plot:
    """Return the plot of the sizes of ``changes``, the largest first."""
    shown = sorted((one for one in changes if one.size), key=lambda one: (-abs(one.size), one.name))
    shown = shown[:BARS]
    went = max(0, *(-one.size for one in shown), 0)
    came = max(0, *(one.size for one in shown), 0)
    scale = PLOT / max(went + came, 1)
    zero = NAMES + went * scale
    bars = (
        Bar(one, zero + min(one.size, 0) * scale, max(abs(one.size) * scale, 1)) for one in shown
    )
    return Plot(tuple(bars), zero)
