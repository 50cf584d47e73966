"""Find keys of [nix] that set variables of the live system's sessions, if no module sets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voidgen.plan.plan import Plan

MODULE = "nix-profile"
"""The module whose files set the variables."""


def warnings(plan: Plan, file: Path) -> Iterator[Fault]:
    """Yield a warning for each such key; ``file`` is voidgen.toml."""
    nix, modules = plan.config.nix, plan.resolution.modules
    if any(chosen.module.name == MODULE for chosen in modules):
        return
    for name, value in (("locales", nix.locales), ("certificates", nix.certificates)):
        if value is not None:
            what = f"has no effect: the image does not have the module {MODULE}"
            remedy = f"add {MODULE} to overlay.modules, or remove nix.{name}"
            yield Fault(what, file, ("nix", name), remedy=remedy)
