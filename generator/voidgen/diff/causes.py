"""Find why a package of the same version was rebuilt: compare its derivations. Pure.

As nix-diff does, this compares two derivations input by input. If an input was itself only rebuilt,
it follows that input to its own cause, and reports the nearest cause.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.nix import version as nix_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from voidgen.nix.derivations import Derivation

_STORE_PATH = re.compile(r"[^\s\"'=:,;()\[\]]*/[0-9a-df-np-sv-z]{32}-[^\s\"'=:,;()\[\]/]*")
"""A store path in the text of a variable; two texts that differ only in such paths are the same."""


@frozen
class Cause:
    """What changed, in words, and the inputs that it came through, nearest first."""

    changed: tuple[str, ...]
    through: tuple[str, ...] = ()


@frozen
class _Input:
    path: str
    name: str
    version: str
    is_fixed: bool = False


class Causes:
    """The causes between derivations; each is found only once."""

    def __init__(self, read: Callable[[str], Derivation | None]) -> None:
        """Take ``read``, which returns the derivation at a path, or None."""
        self._read = cache(read)
        self._compare = cache(self._compared)
        self._found: dict[tuple[str, str], Cause | None] = {}

    def between(self, old: str, new: str) -> Cause | None:
        """Return why ``new`` is not ``old``; None if no derivation shows it."""
        # Not recursive: from a program to the first compiler it is hundreds of steps.
        waiting = [(old, new)]
        while waiting:
            pair = waiting[-1]
            changed, rebuilt = self._compare(*pair)
            deeper = [one for _, one in rebuilt if one not in self._found]
            if deeper and not changed:
                waiting += deeper
            else:
                self._found[pair] = Cause(changed) if changed else self._nearest(rebuilt)
                waiting.pop()
        return self._found[old, new]

    def _nearest(self, rebuilt: Sequence[tuple[str, tuple[str, str]]]) -> Cause | None:
        known = [(name, self._found[pair]) for name, pair in rebuilt]
        causes = [Cause(one.changed, (name, *one.through)) for name, one in known if one]
        if causes:
            return min(causes, key=lambda one: (len(one.through), one.through))
        return Cause(tuple(f"{name} was rebuilt" for name, _ in rebuilt)) if rebuilt else None

    def _compared(
        self, old: str, new: str
    ) -> tuple[tuple[str, ...], list[tuple[str, tuple[str, str]]]]:
        """Return what the two derivations themselves differ in, and their rebuilt inputs."""
        before, after = self._read(old), self._read(new)
        if before is None or after is None:
            return (), []
        changed, rebuilt = [], []
        for was, is_ in _pairs(self._inputs(before, after), self._inputs(after, before)):
            if was is None or is_ is None or was.version != is_.version:
                changed.append(_input_change(was, is_))
            elif was.is_fixed and is_.is_fixed:
                changed.append(f"other content of {_full_name(was)}")
            else:
                rebuilt.append((was.name, (was.path, is_.path)))
        changed += _source_changes(before, after)
        changed += _setting_changes(before, after)
        return tuple(dict.fromkeys(changed)), sorted(rebuilt)

    def _inputs(self, one: Derivation, other: Derivation) -> Iterator[_Input]:
        """Yield the inputs that ``other`` does not have, unless it has one with the same outputs.

        The same outputs may come from another derivation: a download, by another curl.
        """
        others = [found.outputs for path in other.inputs if (found := self._read(path))]
        for path in sorted({*one.inputs} - {*other.inputs}):
            found = self._read(path)
            if found is None:
                yield _Input(
                    path, *nix_version.split(nix_version.store_name(path).removesuffix(".drv"))
                )
            elif not all(found.outputs.values()) or found.outputs not in others:
                yield _Input(path, found.name, found.version, "outputHash" in found.env)


def _pairs(
    old: Iterable[_Input], new: Iterable[_Input]
) -> Iterator[tuple[_Input | None, _Input | None]]:
    """Pair inputs of the same name: first those of the same version, then the others in order."""
    before, after = _by_name(old), _by_name(new)
    for name in sorted(before.keys() | after.keys()):
        was, is_ = before[name], after[name]
        for one in [*was]:
            other = next((found for found in is_ if found.version == one.version), None)
            if other:
                was.remove(one)
                is_.remove(other)
                yield one, other
        yield from zip_longest(was, is_)


def _by_name(inputs: Iterable[_Input]) -> defaultdict[str, list[_Input]]:
    found: defaultdict[str, list[_Input]] = defaultdict(list)
    for one in sorted(inputs, key=lambda one: nix_version.key(one.version)):
        found[one.name].append(one)
    return found


def _full_name(one: _Input) -> str:
    return f"{one.name}-{one.version}" if one.version else one.name


def _input_change(old: _Input | None, new: _Input | None) -> str:
    if old and new:
        return f"{old.name} {old.version or '(none)'} -> {new.version or '(none)'}"
    return f"without {_full_name(old)}" if old else f"with {_full_name(new)}" if new else ""


def _source_changes(old: Derivation, new: Derivation) -> Iterator[str]:
    before, after = (
        {nix_version.store_name(path): path for path in one.sources} for one in (old, new)
    )
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"without {name}"
        elif name not in before:
            yield f"with {name}"
        elif before[name] != after[name]:
            yield f"other content of {name}"


def _setting_changes(old: Derivation, new: Derivation) -> Iterator[str]:
    """Yield what differs besides inputs: settings of the derivation, and its variables."""
    before, after = _settings(old), _settings(new)
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield f"other {name}"


def _settings(one: Derivation) -> Mapping[str, list[str]]:
    texts = {
        **{name: text for name, text in one.env.items() if name not in one.outputs},
        "system": one.system,
        "builder": one.builder,
        "arguments": "\n".join(one.arguments),
    }
    return {name: _STORE_PATH.sub(" ", text).split() for name, text in texts.items()}
