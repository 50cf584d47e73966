"""Data files that come with voidgen: the built-in catalogue, the offline example, Nix code."""

from __future__ import annotations

import os
from pathlib import Path

from voidgen.data import emitted_modules
from voidgen.system import git_names
from voidgen.tree import File

DATA = Path(__file__).resolve().parent
PACKAGE = DATA.parent
_CHECKOUT = PACKAGE.parent.parent


def _first(installed: Path, checkout: Path) -> Path:
    """Return the folder in an installed voidgen, or else the one in a checkout."""
    return installed if installed.is_dir() else checkout


def catalogue() -> Path:
    """Return the folder of the built-in overlay modules."""
    return _first(DATA / "overlay-src", _CHECKOUT / "overlay-src")


def offline() -> Path:
    """Return the folder of the offline example project."""
    return _first(DATA / "offline", _CHECKOUT / "examples" / "offline")


EMITTED = b"# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.\n"
"""The first line of emitted Nix code."""


def constant() -> dict[str, File]:
    """Return the emitted files that are the same for every image, by path in the project."""
    files = {f"image/nix/{file.name}": file for file in (DATA / "nix").iterdir() if file.is_file()}
    files["image/voidgen.schema.json"] = DATA / "voidgen.schema.json"
    constant = {
        path: File(_marked(file), 0o755 if os.access(file, os.X_OK) else 0o644)
        for path, file in files.items()
    }
    constant[f"image/{git_names.ATTRIBUTES}"] = File(git_names.CONTENT.encode())
    return dict(sorted(constant.items()))


def in_sandbox() -> dict[str, File]:
    """Return the emitted files that make the ISO in Nix's sandbox, by path in the project.

    They are the same for every image.
    """
    scripts = (f"iso/scripts/{file.name}" for file in (PACKAGE / "iso" / "scripts").iterdir())
    emitted = {
        **{f"image/{name}": name for name in scripts},
        **{f"image/iso/{PACKAGE.name}/{name}": name for name in emitted_modules.FILES},
    }
    return {path: File((PACKAGE / name).read_bytes()) for path, name in sorted(emitted.items())}


def _marked(file: Path) -> bytes:
    """Return the bytes of a file, after `EMITTED` if it is Nix code."""
    return (EMITTED if file.suffix == ".nix" else b"") + file.read_bytes()


def flake() -> File:
    """Return the template of flake.nix."""
    return File((DATA / "templates" / "flake.nix.j2").read_bytes())
