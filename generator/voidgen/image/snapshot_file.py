"""A snapshot as a file, for `voidgen diff --save`: JSON, sorted (docs/reference/diff.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from voidgen.errors import Fault, WrongInputError
from voidgen.image.snapshot import Snapshot
from voidgen.nix.closure import StorePath
from voidgen.schema import canonical_json
from voidgen.schema.structure import structure

if TYPE_CHECKING:
    from pathlib import Path

KIND = "voidgen-snapshot"
VERSION = 1


def dump(snapshot: Snapshot) -> bytes:
    """The bytes of the file."""
    return canonical_json.to_json({"kind": KIND, "version": VERSION, **_plain(snapshot)})


def _plain(value: Any) -> Any:
    """What JSON has: read back, mappings are of another type than before."""
    if isinstance(value, StorePath):
        return {"size": value.size, "references": sorted(value.references)}
    if attrs.has(type(value)):
        names = (field.name for field in attrs.fields(type(value)))
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def parse(table: Mapping[str, Any], file: Path) -> Snapshot:
    """The snapshot in ``table``; ``file`` is for the messages of WrongInputError."""
    if table.get("version") != VERSION:
        remedy = "save it again with this voidgen, or use the voidgen that saved it"
        what = (
            f"is a snapshot of version {table.get('version')!r}, and this voidgen reads {VERSION}"
        )
        raise WrongInputError(Fault(what, file, remedy=remedy))
    rest = {name: value for name, value in table.items() if name not in {"kind", "version"}}
    return structure(rest, Snapshot, file)
