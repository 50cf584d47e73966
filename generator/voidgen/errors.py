"""What can go wrong, as values: only the command line prints them and exits."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Key = tuple[str | int, ...]
"""Where in a TOML file: table and key names, and indexes of arrays."""


@frozen
class Fault:
    """One thing wrong with what the user wrote.

    ``key`` leads to the place in ``file``; its line is looked up when the fault is
    printed, unless ``line`` (counted from 1) is known already. ``remedy`` says what to do.
    """

    what: str
    file: Path | None = None
    key: Key = ()
    line: int | None = None
    remedy: str = ""


class WrongInputError(Exception):
    """The user's input is wrong; carries every fault found. Exit status 2."""

    def __init__(self, *faults: Fault) -> None:
        """Keep the faults in the order in which they were found."""
        super().__init__("; ".join(fault.what for fault in faults))
        self.faults = faults


class StepFailedError(Exception):
    """A program that voidgen started failed, or the system refused. Exit status 1."""

    def __init__(self, what: str, remedy: str = "", output: str = "") -> None:
        """``output`` is what the program printed, shown to the user as it is."""
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.output = output


MEND = "mend that and run it again"
FREE = "free space there, and run it again"
_UNREADABLE = {
    errno.ENOENT: "name a file that is there",
    errno.ENOTDIR: "name a file that is there",
    errno.EACCES: "give yourself the right to read it",
    errno.EPERM: "give yourself the right to read it",
    errno.EISDIR: "name a file",
}


def unreadable(error: OSError, file: Path) -> Fault:
    """The fault of what a user named and the system does not let voidgen read."""
    remedy = _UNREADABLE.get(error.errno or 0, MEND)
    return Fault(f"cannot be read: {error.strerror or error}", file, remedy=remedy)


def refused(error: OSError, place: object) -> StepFailedError:
    """What the system refused: at the file that it names, or else at ``place``."""
    what = f"{error.filename or place}: {error.strerror or error}"
    return StepFailedError(what, remedy_of(error))


def remedy_of(error: OSError) -> str:
    """What to do about what the system refused."""
    return FREE if error.errno in {errno.ENOSPC, errno.EDQUOT} else MEND


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question naming up to three of ``known`` that look like ``name``, or nothing."""
    # Imported here: only faults need it.
    from difflib import get_close_matches  # noqa: PLC0415

    near = get_close_matches(name, sorted(known), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(repr(n) for n in near)}?" if near else ""


def raise_all(faults: Iterable[Fault]) -> None:
    """Raise `WrongInputError` where there is a fault at all."""
    found = tuple(faults)
    if found:
        raise WrongInputError(*found)
