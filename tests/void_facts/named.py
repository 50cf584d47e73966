"""The Void packages that modules, presets, examples and voidgen itself name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voidgen.data import bundled_files
from voidgen.init.preset import FOLDER as PRESETS
from voidgen.overlay import catalogue, services

if TYPE_CHECKING:
    from voidgen.overlay.types import Catalogue

ROOT = Path(__file__).parents[2]
BASE = "base-system"
MKLIVE = (BASE, "linux")
"""What mklive installs by itself (its ``-b`` and ``-v``)."""


def modules() -> Catalogue:
    """Return the built-in modules."""
    return catalogue.load([bundled_files.catalogue()])


def projects() -> list[Path]:
    """Return the voidgen.toml files of this repository: presets, examples, its own image."""
    examples = sorted(ROOT.glob("examples/*/voidgen.toml"))
    return [*sorted(PRESETS.glob("*.toml")), *examples, ROOT / "voidgen.toml"]


def settings(project: Path) -> dict[str, Any]:
    """Return the tables of a voidgen.toml."""
    return tomllib.loads(project.read_text())


def packages() -> set[str]:
    """Return all names of Void packages in this repository."""
    asked = {name for module in modules().values() for name in module.spec.packages.xbps}
    owners = {name for module in modules().values() for name in module.spec.provides.values()}
    wanted = {
        name
        for project in projects()
        for name in settings(project).get("xbps", {}).get("packages", [])
    }
    return {*MKLIVE, *asked, *owners, *wanted, *services.tables()["base"]}


def dependency(pattern: str) -> str:
    """Return the package that a dependency names: x for ``x>=1.2_1`` and ``x-1.2_1``.

    The result is empty for ``virtual?x``, because a virtual package has no recipe.
    """
    if pattern.startswith("virtual?"):
        return ""
    name = re.split(r"[<>]", pattern)[0]
    return re.sub(r"-[^-]*_[0-9]+$", "", name) if name == pattern else name
