"""What a change of voidgen.toml changes in the plan. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from voidgen.diff import compare
from voidgen.image import overlay
from voidgen.image.snapshot import Snapshot
from voidgen.plan import render

if TYPE_CHECKING:
    from voidgen.diff.types import Diff
    from voidgen.project import Project


def between(before: Project, after: Project) -> Diff:
    """Return how the plans and overlays of two projects differ; all else counts as equal."""
    diff = compare.compare(_planned("before", before), _planned("after", after))
    return evolve(diff, locks={}, xbps=(), closure=())


def _planned(name: str, project: Project) -> Snapshot:
    plan = render.document(project.plan, project.overlay)
    return Snapshot(name, plan, overlay=overlay.entries(plan.include, project.overlay))
