"""All findings about a project's files and git."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from attrs import evolve

from voidgen.repository import attributes, lost_files, modes, names, nix_imports
from voidgen.repository.finding import Finding
from voidgen.system import git
from voidgen.system.git_names import ATTRIBUTES

if TYPE_CHECKING:
    from voidgen.emit import Changes
    from voidgen.project import Project


def sources(project: Project) -> list[Finding]:
    """Find the project's sources that clones and archives would lack or have in another form."""
    folder = project.folder
    ours = names.source_names([one.plan for one in project.images()])
    ours = evolve(ours, imported=nix_imports.imported(folder, ours.required()))
    known = git.modes(folder, ours.all())
    known |= git.submodules(folder, ours.folders())
    unknown = git.untracked(folder, ours.all())
    needed = [
        name
        for name in (*known, *unknown)
        if not name.endswith("/") and known.get(name) != git.SUBMODULE and ours.is_needed(name)
    ]
    found = [Finding("breaks", fault) for fault in attributes.faults(folder, needed)]
    found += lost_files.findings(project, ours, known, unknown)
    if git.keeps_run_bits(folder):
        umask = _umask()
        found += (each for one in project.images() for each in modes.findings(one, umask))
    return sorted({*found}, key=lambda one: (str(one.fault.file), one.fault.what))


def before_writing(project: Project, changes: Changes) -> list[Finding]:
    """Find these and the emitted files that git would change, before ``changes`` are written.

    Finds nothing if ``changes`` has attribute files, since these prevent most findings.
    """
    attribute_files = {ATTRIBUTES, f"image/{ATTRIBUTES}"}
    if attribute_files & {*changes.added, *changes.changed}:
        return []
    return [*sources(project), *emitted(project)]


def emitted(project: Project) -> list[Finding]:
    """Find the existing emitted files that git would change."""
    existing = [path for path in project.tree() if (project.folder / path).is_file()]
    return [Finding("breaks", fault) for fault in attributes.faults(project.folder, existing)]


def _umask() -> int:
    # The system has no way to read it without setting it.
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
