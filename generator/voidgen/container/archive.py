"""The id of an image in an archive, as podman and docker load it."""

from __future__ import annotations

import hashlib
import tarfile
import zlib
from typing import TYPE_CHECKING

from voidgen.system import untrusted

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 1 << 22
"""Bytes of an image's configuration."""


def ids(archive: Path) -> frozenset[str]:
    """The ids (SHA-256 of the configuration, in hex) of the images in ``archive``.

    None where it is not an archive of `docker save`'s form (image-spec v1.2.0 of moby).
    """
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(archive, "r|*") as members:
            for member in members:
                if member.name.endswith(".json") and member.isfile() and member.size <= LARGEST:
                    stream = members.extractfile(member)
                    found[member.name.removeprefix("./")] = stream.read() if stream else b""
        named = [one["Config"] for one in untrusted.parse_json(found["manifest.json"])]
        return frozenset(hashlib.sha256(found[name]).hexdigest() for name in named)
    except (OSError, EOFError, tarfile.TarError, zlib.error, *untrusted.GARBLED):
        return frozenset()
