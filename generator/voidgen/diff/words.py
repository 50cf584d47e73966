"""A change in words, the same in every form that people read. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.text import human_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from voidgen.diff.causes import Cause
    from voidgen.diff.closure import PackageChange
    from voidgen.diff.types import Diff

CAUSES = 3
"""Maximum number of causes that are named."""


COMMIT = 12
"""Number of characters of a commit to show."""
STALE = (
    "the closure is that of the last `voidgen generate`: "
    "run `voidgen generate` to compare what voidgen.toml asks for now"
)


def title(diff: Diff) -> str:
    """Return what is compared: the image, and the name and date of each side."""
    sides = f"{_side(diff.old, diff.old_date)} → {_side(diff.new, diff.new_date)}"
    return f"{diff.image}: {sides}" if diff.image else sides


def _side(name: str, date: str) -> str:
    shown = name[:COMMIT] if re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", name) else name
    return f"{shown} ({date})" if date else shown


def signed(count: int) -> str:
    """Return bytes with a sign."""
    return f"{'-' if count < 0 else '+'}{human_size(abs(count))}"


def versions(found: Sequence[str]) -> str:
    """Return the versions, each once, with the number of its copies."""
    texts = []
    for version in dict.fromkeys(found):
        count = found.count(version)
        texts.append(f"{version or '(none)'}{f' x{count}' if count > 1 else ''}")
    return ", ".join(texts)


def moved(one: PackageChange) -> str:
    """Return which versions became which."""
    if one.kind == "rebuilt":
        return f"{versions(one.new)} rebuilt"
    if one.kind == "copies":
        return f"{versions(one.old)} -> {versions(one.new)}"
    if one.kind == "outputs":
        return f"{versions(one.new)} {_outputs(one)}".lstrip()
    return " -> ".join(versions(side) for side in (one.old, one.new) if side)


def _outputs(one: PackageChange) -> str:
    gone, came = ", ".join(one.old_outputs), ", ".join(one.new_outputs)
    if gone and came:
        return f"{gone} -> {came}"
    return f"+ {came}" if came else f"- {gone}"


def why(one: PackageChange) -> Iterator[tuple[str, str]]:
    """Yield each reason that is known, after its name."""
    if len(one.way) > 1:
        yield "needed by", " > ".join(one.way[:-1])
    if one.cause:
        through = " > ".join(one.cause.through)
        yield "because", f"{causes(one.cause)}{through and f' (through {through})'}"


def causes(cause: Cause) -> str:
    """Return what changed: the first few causes, and how many more there are."""
    more = len(cause.changed) - CAUSES
    return f"{', '.join(cause.changed[:CAUSES])}{f' and {more} more' if more > 0 else ''}"


def unexplained(diff: Diff) -> str:
    """Return a line on the rebuilt packages with unknown causes; empty if there are none."""
    count = sum(one.kind == "rebuilt" and not one.cause for one in diff.closure or ())
    if not diff.explained or not count:
        return ""
    return f"why {count:,} were rebuilt is unknown: the store does not have their derivations"
