"""The ids of the images in an archive, as podman and docker will give them."""

from __future__ import annotations

import hashlib
import lzma
import tarfile
import zlib
from typing import TYPE_CHECKING

from attrs import field, frozen

from voidgen.schema import typed_json
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 1 << 22
"""Bytes of an image's configuration."""


def ids(archive: Path) -> frozenset[str]:
    """Return the ids (SHA-256 of the configuration, in hex) of the images in ``archive``.

    Return none if it isn't an archive as `docker save` writes it (image-spec v1.2.0 of moby).
    """
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(archive) as members:
            for member in members:
                if member.name.endswith(".json") and member.isfile() and member.size <= LARGEST:
                    stream = members.extractfile(member)
                    found[member.name.removeprefix("./")] = stream.read() if stream else b""
        images = typed_json.read(found.get("manifest.json", b""), tuple[_Image, ...])
    except (OSError, EOFError, tarfile.TarError, zlib.error, lzma.LZMAError, GarbledError):
        return frozenset()
    named = [found.get(one.config) for one in images]
    return frozenset(hashlib.sha256(one).hexdigest() for one in named if one is not None)


def has_image(archive: Path, image_id: str) -> bool:
    """Return whether ``image_id``, as an engine prints it, is that of an image in ``archive``."""
    return image_id.removeprefix("sha256:") in ids(archive)


@frozen
class _Image:
    """An image in an archive, with the file of its configuration."""

    config: str = field(metadata={"key": "Config"})
