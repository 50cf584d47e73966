"""Comparing flake.lock with what voidgen.lock has of its inputs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voidgen.lock.types import FlakeInput, Lock

RESTORE_FLAKE_LOCK = "restore flake.lock with git, or run `voidgen lock`"
FIELDS = {"rev": "rev", "hash": "narHash", "modified": "lastModified"}
"""Fields of an input, and their names in flake.lock."""


@frozen
class Difference:
    """A field of an input with an unexpected value; ``field`` is its name in flake.lock."""

    name: str
    field: str
    found: str | int
    expected: str | int


def unbound(inputs: Iterable[FlakeInput], lock: Lock | None) -> list[str]:
    """Return a line for each input of flake.lock that voidgen.lock does not have."""
    names = [one.name for one in inputs]
    if names and not (lock and lock.inputs):
        return ["voidgen.lock does not have the inputs of flake.lock"]
    known = {one.name for one in lock.inputs} if lock else set()
    return [
        f"voidgen.lock does not have {name} of flake.lock" for name in names if name not in known
    ]


def changed(inputs: Iterable[FlakeInput], lock: Lock | None) -> Iterator[str]:
    """Yield a line for each difference between flake.lock and what voidgen.lock has of it.

    Yields nothing if flake.lock has no inputs: then all of them have to be locked.
    """
    now = {one.name: one for one in inputs}
    if not now:
        return
    for bound in lock.inputs if lock else ():
        found = now.get(bound.name)
        if found is None:
            yield f"flake.lock does not have {bound.name} of voidgen.lock"
            continue
        differences = [*between(found, bound)]
        for one in differences:
            yield (
                f"flake.lock has another {one.field} of {one.name} than voidgen.lock: "
                f"{one.found or 'none'} instead of {one.expected or 'none'}"
            )
        if not differences and found != bound:
            yield f"flake.lock has {bound.name} from another reference than voidgen.lock"


def between(found: FlakeInput, expected: FlakeInput) -> Iterator[Difference]:
    """Yield a difference for each of rev, narHash and lastModified in which the two differ."""
    for name, nix_name in FIELDS.items():
        is_, was = getattr(found, name), getattr(expected, name)
        if is_ != was:
            yield Difference(expected.name, nix_name, is_, was)
