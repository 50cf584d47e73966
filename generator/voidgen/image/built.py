"""What ``nix build`` left in a project: the manifest of the default output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voidgen.errors import Fault, WrongInputError
from voidgen.system import untrusted
from voidgen.system.files import read_regular_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LARGEST = 1 << 30
"""Bytes of a manifest that are read: a store path has some hundred, and an image thousands."""
SHOWN = 5
"""Collisions that are told; there may be thousands."""


def manifest(result: Path) -> dict[str, Any]:
    """The manifest of the image that ``result`` leads to (see docs/reference/manifest.md)."""
    file = result / "manifest.json"
    try:
        data: dict[str, Any] = untrusted.parse_json(read_regular_file(file, LARGEST))
        if data["version"] != 1:
            remedy = "it was built by another voidgen: run `voidgen generate && nix build` again"
            raise WrongInputError(Fault(f"has version {data['version']!r}", file, remedy=remedy))
    except FileNotFoundError:
        remedy = "run `voidgen generate && nix build` first"
        raise WrongInputError(Fault("nothing is built here", result, remedy=remedy)) from None
    except (OSError, *untrusted.GARBLED):
        raise WrongInputError(fault(result)) from None
    return data


def fault(result: Path) -> Fault:
    """That the manifest that ``result`` leads to is none of voidgen's."""
    file = result / "manifest.json"
    return Fault("is not an image's manifest", file, remedy="run `nix build` again")


def collisions(manifest: Mapping[str, Any]) -> Iterator[str]:
    """A line for each of the first files that one package has and that hides another's."""
    found = manifest.get("collisions", ())
    for one in found[:SHOWN]:
        yield f"collision: {one['path']} comes from {one['from']} and hides that of {one['hidden']}"
    if len(found) > SHOWN:
        yield f"collision: {len(found) - SHOWN} more, which `voidgen show --built` lists"
