"""Patterns of the files that an image leaves out: [image] remove-files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from voidgen.schema.rule import MisfitError, Rule
from voidgen.system import path_patterns

if TYPE_CHECKING:
    from collections.abc import Iterable

RULE = Rule(
    'an absolute pattern of paths, like "/usr/share/doc/*"',
    r"(?:/(?!\.{1,2}(?:/|$))(?:\[!?(?:[A-Za-z0-9](?:-[A-Za-z0-9])?|[._+])+\]|[^\x00-\x1f\x7f/\\\[\]])+)+",
    (
        (r"^[^/]", "begin it with /"),
        (r"./$", "remove the / at the end: a pattern also matches folders"),
        (r"\\", "write ? for a special character"),
    ),
)
Pattern = Annotated[str, RULE]


def check(patterns: Iterable[str]) -> None:
    """Raise `MisfitError` for the first pattern that can match nothing."""
    for index, pattern in enumerate(patterns):
        key = ("remove-files", index)
        try:
            path_patterns.compiled(pattern)
        except re.error as error:
            what = f"{pattern!r} is not a pattern: {error.msg}"
            remedy = "write ranges like [a-z], from the lower character to the higher"
            raise MisfitError(what, key, remedy) from None
        top = f"/{pattern.split('/')[1]}"
        if top in path_patterns.OUTSIDE:
            what = f"{top} of the image has no files of packages"
            raise MisfitError(what, key, "remove this pattern")
