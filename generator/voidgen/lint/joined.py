"""Joining equal warnings about several files into one. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voidgen.errors import Fault


def joined(warnings: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return one warning for all with the same text, at the place of the first."""
    groups: dict[tuple[str, str], list[Fault]] = {}
    for one in warnings:
        groups.setdefault((one.what, one.remedy), []).append(one)
    return tuple(_first_with_count(group) for group in groups.values())


def _first_with_count(group: list[Fault]) -> Fault:
    first, more = group[0], len(group) - 1
    if not more:
        return first
    files = "file" if more == 1 else "files"
    return evolve(first, what=f"{first.what} (and {more} more {files})")
