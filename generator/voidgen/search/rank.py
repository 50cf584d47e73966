"""Which things fit the words of a search, the best first. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@frozen
class Hit:
    """A module or package; ``name`` is what `voidgen add` takes, ``about`` one line about it."""

    name: str
    version: str
    about: str


def best(found: Iterable[Hit], words: Sequence[str]) -> tuple[Hit, ...]:
    """Return those of ``found`` that have each of ``words`` in name or description, the best first.

    A word may be the whole name, its beginning, a part of it, or only in the description. Case does
    not count.
    """
    folded = [word.casefold() for word in words]
    ranked = ((_rank(one, folded), one) for one in found)
    fitting = ((rank, len(one.name), one.name, one) for rank, one in ranked if rank is not None)
    return tuple(one for *_, one in sorted(fitting, key=lambda row: row[:3]))


def _rank(hit: Hit, words: Sequence[str]) -> int | None:
    """Return the sum of the ranks of ``words``; None if one of them is nowhere."""
    # The last part of an attribute path, such as kdePackages.kate, is a name, too.
    names = {hit.name.casefold(), hit.name.casefold().rpartition(".")[2]}
    about = hit.about.casefold()
    total = 0
    for word in words:
        if word in names:
            continue
        if any(name.startswith(word) for name in names):
            total += 1
        elif any(word in name for name in names):
            total += 2
        elif word in about:
            total += 3
        else:
            return None
    return total
