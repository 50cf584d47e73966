"""The findings about a project and git as one outcome of a check."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from voidgen.outcome.types import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from voidgen.repository.finding import Finding, Severity

NAME = "git keeps the files as they are"


def of(findings: Iterable[Finding], folder: Path, *failing: Severity) -> Outcome:
    """Return the outcome: ``failed`` if a finding has a severity in ``failing``. Pure.

    With other findings, the outcome is ``warning``; with none, ``passed``.
    """
    found = list(findings)
    if not found:
        return Outcome(NAME, "passed", "in clones and archives, too")
    bad = [one for one in found if one.severity in failing]
    first = (bad or found)[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    lines = (f"{_place(one, folder)}: {one.fault.what}\n    {one.fault.remedy}" for one in found)
    about = f"{_place(first, folder)}: {first.fault.what}{more}"
    return Outcome(NAME, "failed" if bad else "warning", about, "\n".join(lines))


def _place(one: Finding, folder: Path) -> str:
    return os.path.relpath(one.fault.file, folder) if one.fault.file else "git"
