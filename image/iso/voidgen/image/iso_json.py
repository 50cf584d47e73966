"""NAME.manifest.json from the JSON of what the ISO was made from. Pure. Standard library only.

`iso_manifest` has it as types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from voidgen import __version__

if TYPE_CHECKING:
    from voidgen.image.build_json import BuildJson
    from voidgen.lock.lock_json import LockedParts

HEADER: dict[str, str | int] = {"kind": "voidgen-iso", "version": 3}


class IsoFacts(NamedTuple):
    """The ISO file: its name, its hash (SRI), and its bytes."""

    name: str
    hash: str
    size: int


def document(iso: IsoFacts, build: BuildJson, locked: LockedParts) -> dict[str, Any]:
    """Return the manifest (docs/reference/iso.md) as objects, lists, strings and numbers."""
    return {
        **HEADER,
        "voidgen": __version__,
        "iso": iso._asdict(),
        "container": locked.container,
        "nix": {"packages": build.packages, "closure": build.closure},
        "plan": build.plan,
        "xbps": [one._asdict() for one in locked.packages],
    }
