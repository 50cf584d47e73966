"""Data files that come with voidgen: the built-in catalogue, the offline example, Nix code."""

from __future__ import annotations

import os
from pathlib import Path

from voidgen import gitnames
from voidgen.tree import File

PACKAGE = Path(__file__).resolve().parent
_INSTALLED = PACKAGE / "share"
_CHECKOUT = PACKAGE.parent.parent


def catalogue() -> Path:
    """The built-in overlay modules."""
    return _INSTALLED / "overlay-src" if _INSTALLED.is_dir() else _CHECKOUT / "overlay-src"


def offline() -> Path:
    """The offline example project."""
    return _INSTALLED / "offline" if _INSTALLED.is_dir() else _CHECKOUT / "examples" / "offline"


EMITTED = b"# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.\n"
"""The first line of emitted Nix code."""


def constant() -> dict[str, File]:
    """What is emitted the same for every image, by path in the project."""
    files = {
        f"image/nix/{file.name}": file for file in (PACKAGE / "nix").iterdir() if file.is_file()
    }
    files["image/voidgen.schema.json"] = PACKAGE / "voidgen.schema.json"
    constant = {
        path: File(_marked(file), 0o755 if os.access(file, os.X_OK) else 0o644)
        for path, file in files.items()
    }
    constant[f"image/{gitnames.ATTRIBUTES}"] = File(gitnames.CONTENT.encode())
    return dict(sorted(constant.items()))


def _marked(file: Path) -> bytes:
    """The bytes of a file, after `EMITTED` if it is Nix code."""
    return (EMITTED if file.suffix == ".nix" else b"") + file.read_bytes()


def flake() -> File:
    """The template of flake.nix."""
    return File((PACKAGE / "templates" / "flake.nix.j2").read_bytes())
