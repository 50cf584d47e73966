"""The result of a check, as a type. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

State = Literal["passed", "warning", "failed", "skipped"]


@frozen
class Outcome:
    """The result of one check.

    ``name`` is the check's name, in one line. ``about`` says in one line what was found, or for
    ``skipped`` why it was not tried. ``detail`` are lines that help to fix a failure. A ``warning``
    does not fail the checks.
    """

    name: str
    state: State
    about: str = ""
    detail: str = ""


def good(outcomes: Iterable[Outcome]) -> bool:
    """Return whether no check failed."""
    return all(one.state != "failed" for one in outcomes)
