"""A change in words, the same in every form that people read. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from voidgen.diff import order
from voidgen.text import human_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from voidgen.diff.causes import Cause
    from voidgen.diff.closure import PackageChange
    from voidgen.diff.types import Diff

CAUSES = 3
"""Maximum number of causes that are named."""


FOLDED = 5
"""Maximum number of causes that are named for the packages that are not listed."""
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


def sizes(found: tuple[int, int], paths: tuple[int, int]) -> str:
    """Return bytes and number of store paths of both closures."""
    old, new = found
    counts = f"{paths[0]:,}" if paths[0] == paths[1] else f"{paths[0]:,} -> {paths[1]:,}"
    noun = "path" if paths == (1, 1) else "paths"
    sides = f"{human_size(old)} -> {human_size(new)}" if old != new else human_size(old)
    return f"Nix packages, with all they need: {sides} ({signed(new - old)}), {counts} {noun}"


def versions(found: Sequence[str], most: int | None = None) -> str:
    """Return the versions, each once, with the number of its copies.

    Only the first ``most`` versions are named, and the others counted.
    """
    copies = Counter(found)
    texts = [
        f"{version or '(none)'}{f' x{count}' if count > 1 else ''}"
        for version, count in copies.items()
    ]
    # To name one is as short as to count it.
    more = len(texts) - most if most else 0
    return f"{', '.join(texts[:most])} and {more} more" if more > 1 else ", ".join(texts)


def moved(one: PackageChange, most: int | None = None) -> str:
    """Return which versions became which; ``most`` is that of `versions`."""
    old, new = versions(one.old, most), versions(one.new, most)
    if one.kind == "rebuilt":
        return f"{new} rebuilt"
    if one.kind == "copies":
        return f"{old} -> {new}"
    if one.kind == "outputs":
        return f"{new} {_outputs(one)}".lstrip()
    if one.old and one.new:
        return f"{old} -> {new}"
    # What came or went without a version needs no word.
    return "" if {*one.old, *one.new} == {""} else old or new


def _outputs(one: PackageChange) -> str:
    gone, came = ", ".join(one.old_outputs), ", ".join(one.new_outputs)
    if gone and came:
        return f"{gone} -> {came}"
    return f"+ {came}" if came else f"- {gone}"


def counted(changes: Sequence[PackageChange]) -> str:
    """Return the number of packages by kind."""
    counts = Counter(one.kind for one in changes)
    return ", ".join(
        f"{counts[kind]:,} {what}" for kind, what in order.COUNTED.items() if counts[kind]
    )


def folded(rest: Sequence[PackageChange]) -> Iterator[str]:
    """Yield lines on rebuilt packages that are not listed: their number and most common causes."""
    if rest:
        size = sum(one.size for one in rest)
        added = f" ({signed(size)})" if size else ""
        yield f"{len(rest):,} more, rebuilt with the same versions{added}"
        found = Counter(causes(one.cause) for one in rest if one.cause)
        yield from (f"{many:,} because {cause}" for cause, many in found.most_common(FOLDED))


def why(one: PackageChange) -> Iterator[tuple[str, str]]:
    """Yield each reason that is known, after its name."""
    if len(one.way) > 1:
        yield "needed by", " > ".join(one.way[:-1])
    if one.cause:
        through = " > ".join(one.cause.through)
        more = one.cause.more
        also = f", and {more} more cause{'s' if more > 1 else ''}" if more else ""
        yield "because", f"{causes(one.cause)}{through and f' (through {through})'}{also}"


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
