"""What modules, presets, examples and voidgen itself name of Void's packages."""

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
    """The built-in modules."""
    return catalogue.load([bundled_files.catalogue()])


def projects() -> list[Path]:
    """The voidgen.toml files of this repository: presets, examples, its own image."""
    examples = sorted(ROOT.glob("examples/*/voidgen.toml"))
    return [*sorted(PRESETS.glob("*.toml")), *examples, ROOT / "voidgen.toml"]


def settings(project: Path) -> dict[str, Any]:
    """A voidgen.toml as it is written."""
    return tomllib.loads(project.read_text())


def packages() -> set[str]:
    """The names of all Void packages that anything here names."""
    asked = {name for module in modules().values() for name in module.spec.packages.xbps}
    owners = {name for module in modules().values() for name in module.spec.provides.values()}
    wanted = {
        name
        for project in projects()
        for name in settings(project).get("xbps", {}).get("packages", [])
    }
    return {*MKLIVE, *asked, *owners, *wanted, *services.tables()["base"]}


def dependency(pattern: str) -> str:
    """The package that a dependency names: ``virtual?x``, ``x>=1.2_1`` and ``x-1.2_1`` are x.

    A virtual package has no recipe, so it is empty.
    """
    if pattern.startswith("virtual?"):
        return ""
    name = re.split(r"[<>]", pattern)[0]
    return re.sub(r"-[^-]*_[0-9]+$", "", name) if name == pattern else name
