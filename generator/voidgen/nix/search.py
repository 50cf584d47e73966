"""Searching a package set: ``nix search``, which reads names and descriptions of all packages.

Nix keeps what it has read of a locked flake in its evaluation cache: only the first search of such
a package set takes minutes.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.data.bundled_files import DATA
from voidgen.nix import commands, limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from voidgen.progress import Progress

_SEARCH = DATA / "search.nix"
_MARK = b"evaluating '"
_EVALUATING = re.compile(rb"evaluating '(?:[^'.]*\.[^'.]*\.([^']*)|[^']*)'\.\.\.")
"""A line of ``nix search`` about an attribute: a system's packages are below two others."""
_SPECIAL = re.compile(r"([][^$\\.*+?(){}|/])")
"""Signs of C++'s regular expressions, which take no backslash before others."""
_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
PATIENCE = 2
"""Seconds without stages: a package set that Nix has read before takes no longer."""


@frozen
class Found:
    """A package as the set describes it."""

    pname: str = ""
    version: str = ""
    description: str = ""


def flake(
    reference: str, system: str, words: Iterable[str], progress: Progress
) -> dict[str, Found]:
    """Return packages of a flake for ``system``, by attribute path, that may have all ``words``.

    Raises StepFailedError if the flake cannot be fetched or read.
    """
    given = ["--option", "system", system, reference]
    place = reference.partition("?")[0]
    return _search(given, words, f"searching {place} (the first time takes minutes)", progress)


def folder(place: Path, system: str, words: Iterable[str], progress: Progress) -> dict[str, Found]:
    """Return such packages of a folder that takes nixpkgs' arguments."""
    values = f"{{ nixpkgs = {_quoted(place)}; code = {_quoted(DATA / 'nix')}; "
    expression = f"import {_quoted(_SEARCH)} {values}system = {_quoted(system)}; }}"
    return _search(["--impure", "--expr", expression, ""], words, f"searching {place}", progress)


def _search(
    given: list[str], words: Iterable[str], what: str, progress: Progress
) -> dict[str, Found]:
    argv = ["search", "--json", *given, *map(_pattern, words)]
    with progress.step(what), ExitStack() as shown:
        stages = _Stages(lambda: shown.enter_context(progress.stages("reading all packages")))
        found = commands.json_of(argv, dict[str, Found], on_stderr=stages.read, limits=limits.CHECK)
    # legacyPackages.x86_64-linux.hello
    return {path.split(".", 2)[-1]: one for path, one in found.items()}


def _pattern(word: str) -> str:
    """Return a regular expression for ``word`` that isn't taken for an option."""
    plain = _SPECIAL.sub(r"\\\1", word)
    return f"[-]{plain[1:]}" if plain.startswith("-") else plain


def _quoted(value: Path | str) -> str:
    """Return a string in Nix."""
    return json.dumps(str(value), ensure_ascii=False).replace("${", "\\${")


class _Stages:
    """What Nix prints while it evaluates: the first letters of the packages are the stages."""

    def __init__(self, begin: Callable[[], Callable[[int, int, str], None]]) -> None:
        self._begin = begin
        self._reached: Callable[[int, int, str], None] | None = None
        self._start = time.monotonic()
        self._stage = 0
        self._rest = b""

    def read(self, piece: bytes) -> bytes:
        """Return the other lines of the next piece."""
        *lines, rest = (self._rest + piece).split(b"\n")
        held = rest.startswith(_MARK) or _MARK.startswith(rest)
        self._rest = rest if held else b""
        kept = [line + b"\n" for line in lines if not self._is_stage(line)]
        return b"".join(kept) + (b"" if held else rest)

    def _is_stage(self, line: bytes) -> bool:
        found = _EVALUATING.fullmatch(line)
        if not found:
            return False
        letter = (found[1] or b"")[:1].lower()
        number = _LETTERS.find(letter) + 1 if letter else 0
        if number > self._stage and time.monotonic() - self._start > PATIENCE:
            self._stage = number
            self._reached = self._reached or self._begin()
            self._reached(number, len(_LETTERS), f"packages from {letter.decode()} on")
        return True
