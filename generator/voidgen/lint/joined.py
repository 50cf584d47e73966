"""Warnings about many files in one. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voidgen.errors import Fault


def joined(warnings: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return one warning, at the first place, for all that say the same."""
    groups: dict[tuple[str, str], list[Fault]] = {}
    for one in warnings:
        groups.setdefault((one.what, one.remedy), []).append(one)
    return tuple(_one(group) for group in groups.values())


def _one(group: list[Fault]) -> Fault:
    first, more = group[0], len(group) - 1
    if not more:
        return first
    files = "file" if more == 1 else "files"
    return evolve(first, what=f"{first.what} (and {more} more {files})")
