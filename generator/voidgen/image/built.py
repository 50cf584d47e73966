"""What ``nix build`` left in a project: the manifest of the default output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.errors import Fault, WrongInputError
from voidgen.image.built_image import BuiltImage
from voidgen.schema import typed_json
from voidgen.system.files import read_regular_file
from voidgen.system.untrusted import GarbledError, OtherVersionError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST = 1 << 30
"""Bytes of a manifest that are read: a store path has some hundred, and an image thousands."""
SHOWN = 5
"""Collisions that are told; there may be thousands."""


def read(result: Path) -> BuiltImage:
    """Return what is built in ``result``, a link that `nix build` made or its target.

    Raises WrongInputError if nothing is built there, or something else than an image.
    """
    file = result / "manifest.json"
    try:
        return typed_json.read(read_regular_file(file, LARGEST), BuiltImage)
    except OtherVersionError as error:
        remedy = "it was built by another voidgen: run `voidgen generate && nix build` again"
        raise WrongInputError(Fault(f"has version {error.version}", file, remedy=remedy)) from None
    except FileNotFoundError:
        remedy = "run `voidgen generate && nix build` first"
        raise WrongInputError(Fault("nothing is built here", result, remedy=remedy)) from None
    except (OSError, GarbledError) as error:
        what = f"is not an image's manifest: {error}"
        raise WrongInputError(Fault(what, file, remedy="run `nix build` again")) from None


def collisions(image: BuiltImage) -> Iterator[str]:
    """A line for each of the first files that one package has and that hides another's."""
    found = image.collisions
    for one in found[:SHOWN]:
        yield f"collision: {one.path} comes from {one.by} and hides that of {one.hidden}"
    if len(found) > SHOWN:
        yield f"collision: {len(found) - SHOWN} more, which `voidgen show --built` lists"
