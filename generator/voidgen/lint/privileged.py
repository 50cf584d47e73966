"""Find Nix packages that need what no file of the Nix store can have: setuid bits, capabilities.

Nix's PAM checks passwords with the program unix_chkpwd, which needs a setuid bit, too.
"""

from __future__ import annotations

import json
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from voidgen.data.bundled_files import DATA
from voidgen.errors import Fault
from voidgen.overlay.asker import USER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from voidgen.errors import Key
    from voidgen.plan.plan import Package, Plan

FILE = DATA / "privileged.json"
"""Packages by what they need, each with Void's package for the same purpose, or ""."""

Need = Literal["setuid", "capabilities", "pam"]
_REASONS: Mapping[Need, str] = MappingProxyType(
    {
        "setuid": "works only for root: it needs a setuid bit",
        "capabilities": "works only for root: it needs file capabilities",
        "pam": "cannot check passwords: PAM of Nix needs a setuid bit",
    }
)


@frozen
class _Privileged:
    need: Need
    instead: str


@cache
def _table() -> Mapping[str, _Privileged]:
    found: dict[Need, dict[str, str]] = json.loads(FILE.read_bytes())
    return {
        name: _Privileged(need, instead)
        for need, packages in found.items()
        for name, instead in packages.items()
    }


def warnings(plan: Plan, file: Path) -> Iterator[Fault]:
    """Yield a warning for each such package that [nix] unprivileged does not accept.

    ``file`` is voidgen.toml.
    """
    for package in plan.packages:
        name = ".".join(package.path)
        of = plan.config.nix.sets.get(package.set or "")
        # The table has nixpkgs' names: a flake may use one for another program.
        found = None if of and of.flake else _table().get(name)
        if found is None or name in plan.config.nix.unprivileged:
            continue
        what = f"{name} {_REASONS[found.need]}, which the Nix store cannot have"
        accept = f'or accept it: unprivileged = ["{name}"] in [nix]'
        instead = f"remove it, and add {found.instead} to [xbps] packages"
        remedy = f"{instead if found.instead else 'remove it'}; {accept}"
        yield Fault(what, *_place(plan, package, file), remedy=remedy)


def _place(plan: Plan, package: Package, file: Path) -> tuple[Path, Key]:
    """Return the file and the key that ask for ``package``."""
    if USER in package.by:
        return file, ("nix", "packages", plan.config.nix.packages.index(package.name))
    by = {one.name for one in package.by}
    module = next(one.module for one in plan.resolution.modules if one.module.name in by)
    return module.file, ("packages", "nix", module.spec.packages.nix.index(package.name))
