"""Errors as values: only the command line prints them and exits."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

Key = tuple[str | int, ...]
"""A place in a TOML file: names of tables and keys, and indexes of arrays."""


@frozen
class Place:
    """A key in a TOML file, or a whole ``file``."""

    file: Path
    key: Key = ()


@frozen
class Fault:
    """One mistake in the user's input: what is wrong, where, and what to do.

    ``key`` is the place in ``file``; its line is looked up when the fault is printed, unless
    ``line`` (counted from 1) is set. ``remedy`` says what to do. ``other`` is a second place that
    the mistake is in: what ``file`` has does not fit it.
    """

    what: str
    file: Path | None = None
    key: Key = ()
    line: int | None = None
    remedy: str = ""
    other: Place | None = None


class WrongInputError(Exception):
    """The user's input is wrong; carries every fault found. Exit status 2."""

    def __init__(self, *faults: Fault) -> None:
        """Keep the faults in the order in which they were found."""
        super().__init__("; ".join(fault.what for fault in faults))
        self.faults = faults


class StepFailedError(Exception):
    """A program that voidgen started failed, or the system refused. Exit status 1."""

    def __init__(self, what: str, remedy: str = "", output: str = "") -> None:
        """Take the program's ``output``, which the user sees unchanged."""
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.output = output


FIX_AND_RERUN = "fix that and run it again"
FREE_SPACE = "free space there, and run it again"
_UNREADABLE = {
    errno.ENOENT: "name a file that exists",
    errno.ENOTDIR: "name a file that exists",
    errno.EACCES: "change its permissions so that you can read it",
    errno.EPERM: "change its permissions so that you can read it",
    errno.EISDIR: "name a file",
}


def unreadable(error: OSError, file: Path) -> Fault:
    """Return the fault of ``file``, which the user named and voidgen could not read."""
    remedy = _UNREADABLE.get(error.errno or 0, FIX_AND_RERUN)
    return Fault(f"cannot be read: {error.strerror or error}", file, remedy=remedy)


def refused(error: OSError, place: object) -> StepFailedError:
    """Return the system's error, at the file that it names, or else at ``place``."""
    what = f"{error.filename or place}: {error.strerror or error}"
    return StepFailedError(what, remedy_of(error))


def remedy_of(error: OSError) -> str:
    """Return what to do about an error of the system."""
    return FREE_SPACE if error.errno in {errno.ENOSPC, errno.EDQUOT} else FIX_AND_RERUN


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question with up to three of ``known`` that look like ``name``; empty if none do."""
    # Imported here: only faults need it.
    from difflib import get_close_matches  # noqa: PLC0415

    near = get_close_matches(name, sorted(known), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(repr(n) for n in near)}?" if near else ""


def did_you_mean_or_known(name: str, known: Collection[str], kind: str = "names") -> str:
    """Return `did_you_mean`'s question, or else the list of all ``known`` names."""
    return did_you_mean(name, known) or f"known {kind}: {', '.join(known) or 'none'}"


def raise_all(faults: Iterable[Fault]) -> None:
    """Raise `WrongInputError` with ``faults``, if there are any."""
    found = tuple(faults)
    if found:
        raise WrongInputError(*found)
