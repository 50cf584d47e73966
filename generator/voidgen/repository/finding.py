"""Findings about a project's files and git, by severity. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voidgen.errors import Fault

Severity = Literal["breaks", "lost", "new", "differs"]


@frozen
class Finding:
    """A file that clones, archives or the image do not have as it is here.

    ``breaks``: the image cannot be built, or gets other bytes; ``lost``: a clone lacks the file,
    and its user cannot see why; ``new``: the user has not added the file to git yet; ``differs``:
    the image does not have the file as it is here.
    """

    severity: Severity
    fault: Fault


def faults(findings: Iterable[Finding], *severities: Severity) -> list[Fault]:
    """Return the faults of ``findings`` that have one of ``severities``."""
    return [one.fault for one in findings if one.severity in severities]
