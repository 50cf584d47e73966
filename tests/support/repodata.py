"""Indexes of Void repositories, as xbps-rindex writes them (xbps-rindex(1), "FILES")."""

import io
import plistlib
import tarfile
from collections.abc import Mapping
from typing import Any


def index(packages: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Return an index of packages by name, with what is special about each."""
    listed = {
        name: {
            "pkgver": f"{name}-1_1", "architecture": "x86_64", "filename-sha256": "0" * 64,
            "filename-size": 1, **special,
        }
        for name, special in packages.items()
    }  # fmt: skip
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in (("index.plist", plistlib.dumps(listed)), ("index-meta.plist", b"")):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()
