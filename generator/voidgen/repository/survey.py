"""All that is looked at of a project and git."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from attrs import evolve

from voidgen.repository import attributes, imports, kept, modes, names
from voidgen.repository.finding import Finding
from voidgen.system import git
from voidgen.system.git_names import ATTRIBUTES

if TYPE_CHECKING:
    from voidgen.emit import Changes
    from voidgen.project import Project


def sources(image: Project) -> list[Finding]:
    """Find what other people would not get of the project's own files."""
    ours = names.of(image.plan)
    ours = evolve(ours, imported=imports.of(image.folder, ours.required()))
    known = git.modes(image.folder, ours.all())
    known |= git.submodules(image.folder, ours.folders())
    unknown = git.untracked(image.folder, ours.all())
    needed = [
        name
        for name in (*known, *unknown)
        if not name.endswith("/") and known.get(name) != git.SUBMODULE and ours.is_needed(name)
    ]
    found = [Finding("breaks", fault) for fault in attributes.faults(image.folder, needed)]
    found += kept.findings(image, ours, known, unknown)
    if git.keeps_run_bits(image.folder):
        found += modes.findings(image, _umask())
    return sorted(found, key=lambda one: (str(one.fault.file), one.fault.what))


def project(image: Project, changes: Changes) -> list[Finding]:
    """Find that and what git would change of the emitted files, before ``changes`` are written."""
    own = {ATTRIBUTES, f"image/{ATTRIBUTES}"}
    if own & {*changes.added, *changes.changed}:
        return []
    return [*sources(image), *emitted(image)]


def emitted(image: Project) -> list[Finding]:
    """Find what git would change of the emitted files, where they are there."""
    there = [path for path in image.tree() if (image.folder / path).is_file()]
    return [Finding("breaks", fault) for fault in attributes.faults(image.folder, there)]


def _umask() -> int:
    # There is no way to ask without setting it.
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
