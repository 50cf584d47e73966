"""The files beside the ISO: sums, manifest, and bill of materials. Standard library only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.image import iso_json
from voidgen.image.iso_json import IsoFacts
from voidgen.iso import bill
from voidgen.schema.canonical_json import to_json
from voidgen.system import sha256sums, sri

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.image.build_json import BuildJson
    from voidgen.lock.lock_json import LockedParts

KINDS = ("iso", "iso.sha256", "cdx.json", "manifest.json")
"""Endings of the files; the manifest is moved to its place last."""
SUMMED = ("iso", "cdx.json", "manifest.json")
"""Files in the sums: one signature of the sums covers all of them."""


def write(iso: Path, name: str, build: BuildJson, locked: LockedParts) -> str:
    """Write sums, bill of materials and manifest beside ``iso``; return the ISO's hash (SRI).

    ``name`` is the name, without an ending, that the files will have.
    """
    facts = IsoFacts(f"{name}.iso", sri.of_file(iso), iso.stat().st_size)
    made = {
        "cdx.json": to_json(bill.document(facts, build, locked)),
        "manifest.json": to_json(iso_json.document(facts, build, locked)),
    }
    hashes = {"iso": facts.hash, **{kind: sri.of_bytes(data) for kind, data in made.items()}}
    made["iso.sha256"] = sha256sums.dump({f"{name}.{kind}": hashes[kind] for kind in SUMMED})
    for kind, data in made.items():
        iso.with_name(f"{iso.stem}.{kind}").write_bytes(data)
    return facts.hash
