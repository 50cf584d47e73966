"""What Nix built for an ISO, as types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.image.built_image import BuiltImage


@frozen
class Built:
    """The flake's outputs: the image's manifest, and store paths.

    ``default`` is the output of that name, ``store_paths`` are the closure.
    """

    image: BuiltImage
    default: Path
    include: Path
    mklive: Path
    store_paths: tuple[Path, ...]
