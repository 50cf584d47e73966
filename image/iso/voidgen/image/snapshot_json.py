"""voidgen.json of an ISO, from the JSON of what Nix built. Standard library only.

`snapshot` has it as types, and `snapshot_file` reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voidgen.image import needed, overlay_files
from voidgen.schema.canonical_json import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from voidgen.image.build_json import BuildJson
    from voidgen.lock.lock_json import LockedParts
    from voidgen.lock.pinned import Pinned

HEADER: dict[str, str | int] = {"kind": "voidgen-snapshot", "version": 2}


def dump(
    origin: str,
    build: BuildJson,
    include: Path,
    inputs: Mapping[str, Pinned],
    locked: LockedParts,
) -> bytes:
    """Return voidgen.json of the image ``origin``; ``include`` is the overlay as Nix built it.

    Raises what `overlay_files.built` raises.
    """
    overlay = overlay_files.built(build.entries, include)
    return to_json(
        {
            **HEADER,
            "origin": origin,
            "plan": build.plan,
            "inputs": {name: {"rev": one.rev, "date": one.date} for name, one in inputs.items()},
            "container": locked.container,
            "xbps": {
                one.name: {"version": one.version, "size": one.size} for one in locked.packages
            },
            "packages": {
                one.name: {"pname": one.pname, "version": one.version, "outputs": one.outputs}
                for one in build.selected
            },
            "closure": _closure(build),
            "overlay": {path: _entry(one) for path, one in overlay.items()},
        }
    )


def _closure(build: BuildJson) -> dict[str, Any]:
    """Return what the packages need, with sorted references: Nix's database does not sort them."""
    outputs = (path for one in build.selected for path in one.outputs.values())
    paths = {one.path: one for one in build.paths}
    return {
        path: {"size": paths[path].size, "references": sorted(paths[path].references)}
        for path in needed.of(outputs, {path: one.references for path, one in paths.items()})
    }


def _entry(one: overlay_files.OverlayFile) -> dict[str, str]:
    return {key: value for key, value in one._asdict().items() if value is not None}
