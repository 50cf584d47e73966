"""What was found of a project's files and git, by how bad it is. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voidgen.errors import Fault

Severity = Literal["breaks", "lost", "new", "differs"]


@frozen
class Finding:
    """A file that other people do not get as it is here.

    ``breaks``: the image cannot be built, or not with the same bytes; ``lost``: a clone does not
    have the file, and no user sees why; ``new``: the user has not added the file yet; ``differs``:
    the image does not have what the file looks like here.
    """

    severity: Severity
    fault: Fault


def faults(findings: Iterable[Finding], *severities: Severity) -> list[Fault]:
    """Return the faults of ``findings`` that have one of ``severities``."""
    return [one.fault for one in findings if one.severity in severities]
