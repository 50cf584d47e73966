"""Checking that Nix fetches what flake.lock says, by its references.

Nix itself doesn't check that if the store has a tree with the narHash of flake.lock: it then takes
commit and date from flake.lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from voidgen.errors import Fault, StepFailedError
from voidgen.lock import bound
from voidgen.nix import fetchers
from voidgen.system.network_faults import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from voidgen.lock.entries import Entry


def differences(entry: Entry) -> Iterator[str]:
    """Yield a line for each field of ``entry`` for which Nix fetches another value.

    Raises StepFailedError if the input cannot be fetched.
    """
    locked, found = entry.bound, fetchers.fetch_unlocked(entry.reference)
    modified = found.modified
    if not locked.rev and not (locked.modified and found.modified):
        # Nix 2.8 gives archives no time; later releases do.
        modified = locked.modified
    fetched = evolve(locked, rev=found.rev, hash=found.hash, modified=modified)
    for one in bound.between(fetched, locked):
        yield (
            f"{one.name} has {one.field} {one.expected or 'none'}, "
            f"but Nix fetches {one.found or 'none'}"
        )


def faults(entries: Iterable[Entry], file: Path) -> Iterator[Fault]:
    """Yield a fault for each field of ``file``, flake.lock, for which Nix fetches another value.

    Raises StepFailedError if an input cannot be fetched.
    """
    for entry in entries:
        name = entry.bound.name
        top = name.partition("/")[0]
        remedy = f"restore it with git, or lock {top} again with `voidgen update {top}`"
        try:
            for line in differences(entry):
                yield Fault(line, file, remedy=remedy)
        except UnreachableError:
            raise
        except StepFailedError as error:
            what = f"{file}: {name} cannot be fetched by its reference"
            there = f"check that it can be reached; if not, {remedy}"
            raise StepFailedError(what, there, error.output or error.what) from None
