"""Whether two runs of `voidgen iso` give the same bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen import sri
from voidgen.check.copies import copies
from voidgen.compare import isos
from voidgen.iso import build
from voidgen.outcome.types import Outcome

if TYPE_CHECKING:
    from voidgen.project import Project


def identical(image: Project) -> Outcome:
    """Make the ISO in two copies of the project, and hold one against the other.

    They are made in the project's ``out``, where there is room for ISOs.
    """
    name = "two ISOs are identical"
    if image.plan.config.mklive is None:
        return Outcome(name, "skipped", "no ISO is made here: voidgen.toml has no [mklive]")
    out = image.folder / build.FOLDER
    out.mkdir(exist_ok=True)
    with copies(image, out) as both:
        made = []
        for one in both:
            done = one.voidgen("iso")
            if done.status:
                said = done.stderr.decode(errors="replace")
                return Outcome(name, "failed", "cannot be made", said)
            made.append(one.folder / build.FOLDER / f"{image.plan.config.image.name}.iso")
        hashes = [sri.of_file(iso) for iso in made]
        if hashes[0] == hashes[1]:
            return Outcome(name, "passed", hashes[0])
        with tempfile.TemporaryDirectory(prefix="voidgen-", dir=out) as work:
            lines = "\n".join(isos.differences(made[0], made[1], Path(work)))
    return Outcome(name, "failed", "they differ", lines)
