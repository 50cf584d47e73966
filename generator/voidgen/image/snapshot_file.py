"""A snapshot as a file, for `voidgen diff --save`: JSON, sorted (docs/reference/diff.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from voidgen.errors import Fault, WrongInputError
from voidgen.image import sizes
from voidgen.image.snapshot import Snapshot
from voidgen.plan.documents import PlanDocument
from voidgen.schema import canonical_json, shown_json, typed_json
from voidgen.system.untrusted import OtherVersionError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from voidgen.nix.closure import StorePath

attrs.resolve_types(Snapshot, localns={"PlanDocument": PlanDocument})


def dump(snapshot: Snapshot) -> bytes:
    """Return the bytes of the file in an ISO, which agree with the ISO's manifest."""
    return canonical_json.to_json(_plain(snapshot))


def dump_to_share(snapshot: Snapshot) -> bytes:
    """Return the bytes of the file for `voidgen diff --save`: no URL in it has a password."""
    return shown_json.to_shown_json(_plain(snapshot))


def _plain(snapshot: Snapshot) -> Any:
    return typed_json.plain(attrs.evolve(snapshot, closure=_sorted(snapshot)))


def _sorted(snapshot: Snapshot) -> Mapping[str, StorePath] | None:
    """Return the closure with sorted references: Nix's database does not sort them."""
    if snapshot.closure is None:
        return None
    return {
        path: attrs.evolve(one, references=tuple(sorted(one.references)))
        for path, one in snapshot.closure.items()
    }


def structure(value: object, file: Path) -> Snapshot:
    """Return the snapshot that ``value``, the JSON in ``file``, is.

    Raises GarbledError if it is not a snapshot, WrongInputError if it is one of another version.
    """
    try:
        snapshot = typed_json.structure(value, Snapshot)
    except OtherVersionError as error:
        remedy = "make it again with this voidgen, or use the voidgen that made it"
        reads = Snapshot.HEADER["version"]
        what = f"is a snapshot of version {error.version}, but this voidgen reads {reads}"
        raise WrongInputError(Fault(what, file, remedy=remedy)) from None
    sizes.check(snapshot.closure or {})
    return snapshot
