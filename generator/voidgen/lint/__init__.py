"""Traps that images fell into before: rules over the overlay, as it will be in the image.

A rule is switched off for a path by ``[allow]`` in the module.toml of the path's module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault
from voidgen.lint import dconf, lightdm, links, private, run_bits, scripts, sudoers
from voidgen.lint.finding import Image
from voidgen.lint.joined import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from voidgen.lint.finding import Finding
    from voidgen.overlay.paths import Entry
    from voidgen.overlay.types import LintRule
    from voidgen.plan import Plan
    from voidgen.tree import Node

RULES: Mapping[LintRule, Callable[[Image], Iterator[Finding]]] = {
    "dconf-keymap": dconf.keymap,
    "dconf-locked": dconf.locked,
    "lightdm-autologin": lightdm.autologin,
    "lightdm-env": lightdm.environment,
    "link-loop": links.loop,
    "private-file": private.files,
    "run-bit": run_bits.stray,
    "script-mode": scripts.mode,
    "service-link": links.service,
    "sudoers": sudoers.syntax,
}
"""Each rule's name and the function that looks for what it forbids (docs/reference/rules.md)."""


@frozen
class Found:
    """What the rules found: ``faults`` stop every command, ``warnings`` are only shown."""

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def check(plan: Plan, nodes: Mapping[str, Node]) -> Found:
    """Return what the rules find in the overlay and its modules do not allow. Pure."""
    image = Image(nodes, plan.resolution)
    entries = {entry.path: entry for entry in plan.resolution.entries}
    allowed = {
        (path, name)
        for chosen in plan.resolution.modules
        for path, names in chosen.module.spec.allow.items()
        for name in names
    }
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for name, rule in RULES.items():
        for finding in rule(image):
            if (finding.path, name) in allowed:
                continue
            found = warnings if finding.doubtful else faults
            found.append(_fault(finding, name, entries[finding.path]))
    return Found(tuple(faults), joined(warnings))


def _fault(finding: Finding, name: LintRule, entry: Entry) -> Fault:
    # A template's lines are not those of its source.
    known = entry.source is not None and not entry.source.template
    return Fault(
        f"{finding.what} ({name})",
        entry.file,
        entry.key,
        finding.line if known else None,
        finding.remedy,
    )
