"""Read what Nix built for a project: the manifest of the default output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen import config
from voidgen.errors import Fault, WrongInputError
from voidgen.image.built_image import BuiltImage
from voidgen.schema import typed_json
from voidgen.system.files import read_regular_file
from voidgen.system.untrusted import GarbledError, OtherVersionError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST = 1 << 30
"""Maximum bytes of a manifest: thousands of store paths have some hundred bytes each."""
SHOWN = 5
"""Number of collisions to show; there may be thousands."""


def read(result: Path, variant: str = "") -> BuiltImage:
    """Return what is built in ``result``, a link that `nix build` made or its target.

    ``variant`` is which of the project's images it is for.

    Raises WrongInputError if nothing is built there, or something other than an image.
    """
    file = result / "manifest.json"
    build = f"run {config.command('build', variant)}"
    try:
        return typed_json.read(read_regular_file(file, LARGEST), BuiltImage)
    except OtherVersionError as error:
        remedy = f"another version of voidgen built it: {build}"
        raise WrongInputError(Fault(f"has version {error.version}", file, remedy=remedy)) from None
    except FileNotFoundError:
        remedy = f"{build} first"
        raise WrongInputError(Fault("nothing is built here", result, remedy=remedy)) from None
    except (OSError, GarbledError) as error:
        what = f"is not an image's manifest: {error}"
        raise WrongInputError(Fault(what, file, remedy=build)) from None


def collisions(image: BuiltImage) -> Iterator[str]:
    """Yield a line for each of the first collisions: a file that hides another package's."""
    found = image.collisions
    for one in found[:SHOWN]:
        yield f"collision: {one.path} comes from {one.by} and hides the file of {one.hidden}"
    if len(found) > SHOWN:
        yield f"collision: {len(found) - SHOWN} more, which `voidgen show --built` lists"
