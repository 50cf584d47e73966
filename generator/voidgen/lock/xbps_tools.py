"""The folder of XBPS's programs that lock and read Void's packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.lock import flake_lock
from voidgen.nix import evaluation, flakes, installed
from voidgen.xbps import programs

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.progress import Progress
    from voidgen.project import Project


def find(flake: Path, project: Project, progress: Progress) -> Path:
    """Return the folder of XBPS's programs: those of the locked nixpkgs, or else those on PATH.

    With those of nixpkgs, every machine resolves packages alike.
    """
    pinned, caches = "nixpkgs" in flake_lock.references(project.plan), project.caches
    system = f"packages.{installed.system()}"
    if pinned and "xbps" in evaluation.evaluate(
        flake, system, tuple[str, ...], apply="builtins.attrNames", caches=caches
    ):
        return flakes.build(flake, "xbps", progress, caches=caches) / "bin"
    return programs.on_path()
