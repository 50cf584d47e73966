"""A diff as JSON, for a program (docs/reference/diff.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from voidgen import render

if TYPE_CHECKING:
    from voidgen.diff.closure import Change
    from voidgen.diff.types import Diff, Path, Value

VERSION = 1


def dump(diff: Diff) -> bytes:
    """The bytes of the JSON; a layer that one of the sides does not know is null."""
    return render.to_json(
        {
            "version": VERSION,
            "old": diff.old,
            "new": diff.new,
            "differs": bool(diff),
            "request": _tables(diff.request),
            "locks": _tables(diff.locks),
            "xbps": _changes(diff.xbps),
            "closure": _changes(diff.closure),
            "overlay": None if diff.overlay is None else [_path(one) for one in diff.overlay],
            "sizes": diff.sizes and {"old": diff.sizes[0], "new": diff.sizes[1]},
        }
    )


def _tables(tables: Any) -> Any:
    if tables is None:
        return None
    return {name: [_value(one) for one in values] for name, values in tables.items()}


def _value(value: Value) -> dict[str, Any]:
    return {"kind": value.kind, **attrs.asdict(value)}


def _changes(changes: tuple[Change, ...] | None) -> list[dict[str, Any]] | None:
    if changes is None:
        return None
    return [
        {name.replace("_", "-"): value for name, value in attrs.asdict(one).items()}
        for one in changes
    ]


def _path(path: Path) -> dict[str, Any]:
    return {**attrs.asdict(path), "lines": list(path.lines)}
