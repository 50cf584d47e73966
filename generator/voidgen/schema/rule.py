"""What a value must be: the form of a string, and the error of one that does not fit. Pure."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Annotated, Any, get_origin

from attrs import frozen

from voidgen.system import credentials

if TYPE_CHECKING:
    from voidgen.errors import Key


@frozen
class Rule:
    """The form of a string: a pattern that matches all of it, and ``expected``, the same in words.

    ``remedies`` are for common mistakes: pairs of a pattern and what to do. Messages do not repeat
    a value that has a match of the pattern ``secret``.
    """

    expected: str
    pattern: str
    remedies: tuple[tuple[str, str], ...] = ()
    secret: str | None = None

    def check(self, value: str) -> str:
        """Return ``value``; raise `MisfitError` if it does not match."""
        if re.fullmatch(self.pattern, value):
            return value
        remedy = next((text for pattern, text in self.remedies if re.search(pattern, value)), "")
        raise MisfitError(f"expected {self.expected}, got {self.shown(value)}", remedy=remedy)

    def shown(self, value: Any) -> str:
        """Return a wrong value as text for a message, unless it may be a secret."""
        is_scalar = isinstance(value, str | int | float)
        if self.secret is not None and is_scalar and re.search(self.secret, str(value)):
            return "a value that is not shown here, because it may be a secret"
        return show(value)


class MisfitError(Exception):
    """A value of the wrong form; ``key`` is its place below the value that is being structured."""

    def __init__(self, what: str, key: Key = (), remedy: str = "") -> None:
        """Take the message ``what``: what was expected, and what was found."""
        super().__init__(what)
        self.what = what
        self.key = key
        self.remedy = remedy


def rule_of(kind: Any) -> Rule | None:
    """Return the `Rule` of an ``Annotated`` type, or None."""
    if get_origin(kind) is not Annotated:
        return None
    return next((extra for extra in kind.__metadata__ if isinstance(extra, Rule)), None)


def show(value: Any) -> str:
    """Return a value as text for a message: short, on one line, with TOML's names of types."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, str):
        text = credentials.hidden(value)
        return repr(text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…")
    if isinstance(value, int) and abs(value) >= 10**LONGEST_SHOWN:
        return "a huge number"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, dt.date | dt.time):
        return "a date or time"
    return "a table" if isinstance(value, dict) else "a list"


LONGEST_SHOWN = 60
"""Characters of a wrong value that a message repeats."""
