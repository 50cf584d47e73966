"""A diff as JSON, for a program (docs/reference/diff.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from voidgen.schema.shown_json import to_shown_json

if TYPE_CHECKING:
    from voidgen.diff.closure import PackageChange
    from voidgen.diff.types import Diff, PathChange, Value

VERSION = 1


def dump(diff: Diff) -> bytes:
    """Return the bytes of the JSON. A layer that one of the sides does not know is null."""
    return to_shown_json(
        {
            "version": VERSION,
            "old": diff.old,
            "new": diff.new,
            "differs": bool(diff),
            "request": _tables(diff.request),
            "locks": _tables(diff.locks),
            "xbps": _packages(diff.xbps),
            "closure": _packages(diff.closure),
            "overlay": _each(diff.overlay),
            "sizes": diff.sizes and {"old": diff.sizes[0], "new": diff.sizes[1]},
        }
    )


def _tables(tables: Any) -> Any:
    if tables is None:
        return None
    return {name: [_value(one) for one in values] for name, values in tables.items()}


def _value(value: Value) -> dict[str, Any]:
    data = _data(value)
    by = {key: data.pop(key) for key in ("old-by", "new-by")}
    return {"kind": value.kind, **data, **{key: name for key, name in by.items() if name}}


def _packages(found: tuple[PackageChange, ...] | None) -> list[dict[str, Any]] | None:
    if found is None:
        return None
    return [{**_data(one), "selected": one.selected} for one in found]


def _each(found: tuple[PathChange, ...] | None) -> list[dict[str, Any]] | None:
    return None if found is None else [_data(one) for one in found]


def _data(value: Any) -> dict[str, Any]:
    """Return an attrs value as a dictionary with the keys of voidgen.toml."""
    data = attrs.asdict(value, value_serializer=lambda _, __, item: item)
    return {name.replace("_", "-"): item for name, item in data.items()}
