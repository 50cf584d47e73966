"""Whether the images of a project have packages from one snapshot of the repositories. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voidgen.xbps.types import Repository, Xbps


def indexes(images: Iterable[Xbps]) -> tuple[Repository, ...]:
    """Return the locked indexes of the ``images``, each once."""
    found = {(one.url, one.arch): one for image in images for one in image.repositories}
    return tuple(found.values())


def differs(image: Xbps, others: Iterable[Repository]) -> bool:
    """Return whether ``image`` is from another index of one of the repositories than ``others``."""
    known = {(one.url, one.arch): one.hash for one in others}
    return any(known.get((one.url, one.arch), one.hash) != one.hash for one in image.repositories)
