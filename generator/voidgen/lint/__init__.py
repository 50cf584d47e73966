"""Rules that find common mistakes in the overlay, as it will be in the image.

``[allow]`` in a module's module.toml switches rules off for paths of that module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault
from voidgen.lint import (
    autologin,
    boot_hooks,
    builder_paths,
    caches,
    dconf,
    dconf_database,
    foreign,
    homes,
    identity,
    ignored,
    lightdm,
    line_endings,
    links,
    litter,
    owners,
    private,
    run_bits,
    scripts,
    service_folders,
    sudoers,
)
from voidgen.lint.finding import LintedImage, line_of_source
from voidgen.lint.joined import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from voidgen.lint.finding import Finding, NeededService
    from voidgen.overlay.paths import Entry
    from voidgen.overlay.resolution import Resolution
    from voidgen.overlay.types import LintRule
    from voidgen.plan.plan import Plan
    from voidgen.tree import Node

RULES: Mapping[LintRule, Callable[[LintedImage], Iterator[Finding]]] = {
    "account-file": homes.account_files,
    "autologin": autologin.logins,
    "boot-overwrites": boot_hooks.overwrites,
    "builder-path": builder_paths.links,
    "dconf-database": dconf_database.databases,
    "dconf-keymap": dconf.keymap,
    "dconf-locked": dconf.locked,
    "dconf-syntax": dconf_database.syntax,
    "foreign-system": foreign.system,
    "home": homes.homes,
    "ignored-name": ignored.names,
    "lightdm-autologin": lightdm.autologin,
    "lightdm-env": lightdm.environment,
    "line-ending": line_endings.carriage_returns,
    "link-loop": links.loop,
    "litter": litter.files,
    "machine-identity": identity.shared,
    "private-file": private.files,
    "run-bit": run_bits.wrong,
    "script-mode": scripts.not_runnable,
    "service-folder": service_folders.folders,
    "service-link": links.service,
    "stale-cache": caches.stale,
    "sudoers": sudoers.syntax,
    "unknown-owner": owners.unknown,
}
"""The function of each rule, by the rule's name (docs/reference/rules.md)."""


@frozen
class Found:
    """The findings of all rules: ``faults`` stop every command, ``warnings`` are only shown.

    ``services`` are warnings that hold only if no package has the service.
    """

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    services: tuple[tuple[NeededService, Fault], ...] = ()


def check(plan: Plan, nodes: Mapping[str, Node]) -> Found:
    """Return what the rules find in the overlay, except what ``[allow]`` switches off. Pure."""
    image = LintedImage(nodes, plan.resolution, plan.config)
    entries = {entry.path: entry for entry in plan.resolution.entries}
    switched_off = allowed(plan.resolution)
    faults: list[Fault] = []
    warnings: list[Fault] = []
    services: list[tuple[NeededService, Fault]] = []
    for name, rule in RULES.items():
        for finding in rule(image):
            if (finding.path, name) in switched_off:
                continue
            fault = _fault(finding, name, entries.get(finding.path))
            if finding.service:
                services.append((finding.service, fault))
            else:
                (warnings if finding.doubtful else faults).append(fault)
    return Found(tuple(faults), joined(warnings), tuple(services))


def allowed(resolution: Resolution) -> set[tuple[str, LintRule]]:
    """Return the paths and rules that the modules' ``[allow]`` switches off."""
    return {
        (path, name)
        for chosen in resolution.modules
        for path, names in chosen.module.spec.allow.items()
        for name in names
    }


def _fault(finding: Finding, name: LintRule, entry: Entry | None) -> Fault:
    what = f"{finding.what} ({name})"
    if finding.place or not entry:
        file, key = finding.place or (None, ())
        return Fault(what, file, key, finding.line, finding.remedy)
    line = line_of_source(entry, finding.line)
    return Fault(what, entry.file, entry.key, line, finding.remedy)
