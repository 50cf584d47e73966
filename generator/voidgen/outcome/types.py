"""What a check came to, as a type. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

State = Literal["passed", "warning", "failed", "skipped"]


@frozen
class Outcome:
    """What one check came to.

    ``name`` is the check's, in one line; ``about`` says in one line what was found, and for
    ``skipped`` why it was not tried; ``detail`` are lines that help to mend a failure, or what
    is a ``warning`` only: it fails nothing.
    """

    name: str
    state: State
    about: str = ""
    detail: str = ""


def good(outcomes: Iterable[Outcome]) -> bool:
    """Whether none failed."""
    return all(one.state != "failed" for one in outcomes)
