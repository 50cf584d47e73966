"""What Nix built for an ISO, as types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from voidgen.image.built_image import BuiltImage


@frozen
class Built:
    """The flake's outputs: the image's manifest, and store paths."""

    image: BuiltImage
    include: PurePosixPath
    mklive: PurePosixPath
    store_paths: tuple[PurePosixPath, ...]
