"""A project whose package set refuses packages as nixpkgs does: `shapes.nix`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.integration.offline import track, write_project

SHAPES = Path(__file__).with_name("shapes.nix")
ALIASES = """lib: self: super:
mapAliases {
  # keep-sorted start
  gone = throw "'gone' has been removed: nobody wanted it"; # Added 2025-08-27
  old-name =
    throw "'old-name' has been renamed to/replaced by 'greet'"; # Converted to throw 2025-10-27
  older-name = greet; # Added 2020-01-01
}
"""
SIX = ("gret", "unfree-one", "broken-one", "insecure-one", "unsupported-one", "old-name")
"""One that is missing, unfree, broken, insecure, not supported, and an alias."""


def add_shapes(packages: Path, *, old: bool) -> None:
    """Add the set to ``packages``, next to the embedded one."""
    (packages / "shapes").mkdir()
    call = f"args: import ../shapes.nix {{ old = {str(old).lower()}; }} args\n"
    (packages / "shapes/default.nix").write_text(call)
    (packages / "shapes.nix").write_bytes(SHAPES.read_bytes())
    aliases = packages / "nixpkgs/pkgs/top-level/aliases.nix"
    aliases.parent.mkdir(parents=True)
    aliases.write_text(ALIASES)


def shapes_project(folder: Path, data: Mapping[str, Any], *, old: bool) -> Path:
    """Write a project with this manifest and the set."""
    project = write_project(folder, data, nixpkgs="./packages/shapes")
    add_shapes(project / "packages", old=old)
    track(project)
    return project
