"""What the templates of modules see. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voidgen.plan import templating

if TYPE_CHECKING:
    from voidgen.plan.plan import Plan

NIX_LOCALES = "/usr/local/share/nix-locales/locale-archive"
"""What LOCALE_ARCHIVE names, with [nix] locales."""


def by_module(plan: Plan) -> dict[str, dict[str, Any]]:
    """Return what templates see, by module."""
    modules = plan.resolution.modules
    shared = {
        "image": plan.config.image,
        "nix": plan.config.nix,
        "locale_archive": NIX_LOCALES,
        "xbps": plan.config.xbps,
        "cmdline": plan.cmdline,
        "xkb": plan.config.image.layouts(),
        "modules": tuple(chosen.module.name for chosen in modules),
        "services": tuple(service.name for service in plan.resolution.services),
        "paths": frozenset(entry.path for entry in plan.resolution.entries),
    }
    return {
        chosen.module.name: {**shared, "options": templating.names(chosen.options)}
        for chosen in modules
    }
