"""Find why a package of the same version was rebuilt: compare its derivations. Pure.

As nix-diff does, this compares two derivations input by input. If an input was itself only rebuilt,
it follows that input to its own cause, and reports the nearest cause.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen.diff import own_settings, versions
from voidgen.nix import version as nix_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from voidgen.nix.derivations import Derivation

ROOTS = 100
"""Maximum number of causes of a package that are counted."""


@frozen
class Cause:
    """What changed, in words, and the inputs that it came through, nearest first.

    ``more`` is the number of other causes: several inputs may have been rebuilt, each for its own.
    """

    changed: tuple[str, ...]
    through: tuple[str, ...] = ()
    more: int = 0


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
        self._roots: dict[tuple[str, str], frozenset[str]] = {}
        self._outputs = cache(self._outputs_of)

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
                below = (self._roots[one] for _, one in rebuilt if not changed)
                self._roots[pair] = frozenset(islice({*changed}.union(*below), ROOTS))
                waiting.pop()
        return self._found[old, new]

    def _nearest(self, rebuilt: Sequence[tuple[str, tuple[str, str]]]) -> Cause | None:
        known = [(name, self._found[pair]) for name, pair in rebuilt]
        causes = [Cause(one.changed, (name, *one.through)) for name, one in known if one]
        if causes:
            nearest = min(causes, key=lambda one: (len(one.through), one.through))
            roots = frozenset[str]().union(*(self._roots[pair] for _, pair in rebuilt))
            return evolve(nearest, more=min(len(roots - {*nearest.changed}), ROOTS))
        return Cause(tuple(f"{name} was rebuilt" for name, _ in rebuilt)) if rebuilt else None

    def _compared(
        self, old: str, new: str
    ) -> tuple[tuple[str, ...], list[tuple[str, tuple[str, str]]]]:
        """Return what the two derivations themselves differ in, and their rebuilt inputs."""
        before, after = self._read(old), self._read(new)
        if before is None or after is None:
            return (), []
        changed, rebuilt = [], []
        told: set[str] = set()
        for was, is_ in _pairs(self._inputs(before, after), self._inputs(after, before)):
            if was is None or is_ is None or was.version != is_.version:
                changed.append(_input_change(was, is_))
                told |= {one.name for one in (was, is_) if one}
            elif was.is_fixed and is_.is_fixed:
                changed.append(f"other content of {_full_name(was)}")
            else:
                rebuilt.append((was.name, (was.path, is_.path)))
        sources = [*_source_changes(before, after)]
        changed += (text for text, _ in sources)
        told |= {name for _, name in sources}
        changed += own_settings.changes(before, after, told)
        if not changed and not rebuilt:
            changed = [*self._outputs_wanted(before, after)] or ["nothing that voidgen compares"]
        return tuple(dict.fromkeys(changed)), sorted(rebuilt)

    def _outputs_wanted(self, old: Derivation, new: Derivation) -> Iterator[str]:
        """Yield the inputs of which only other outputs are needed."""
        for path in sorted(old.inputs.keys() & new.inputs.keys()):
            was, is_ = sorted(old.inputs[path]), sorted(new.inputs[path])
            if was != is_:
                name = nix_version.store_name(path).removesuffix(".drv")
                yield f"outputs of {name}: {', '.join(was)} -> {', '.join(is_)}"

    def _outputs_of(self, path: str) -> frozenset[tuple[str, str]]:
        found = self._read(path)
        return frozenset(found.outputs.items()) if found else frozenset()

    def _inputs(self, one: Derivation, other: Derivation) -> Iterator[_Input]:
        """Yield the inputs that ``other`` does not have, unless it has one with the same outputs.

        The same outputs may come from another derivation: a download, by another curl.
        """
        only = sorted({*one.inputs} - {*other.inputs})
        others = {self._outputs(path) for path in other.inputs} if only else set()
        for path in only:
            found = self._read(path)
            if found is None:
                yield _Input(
                    path, *nix_version.split(nix_version.store_name(path).removesuffix(".drv"))
                )
            elif not all(found.outputs.values()) or self._outputs(path) not in others:
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


def _source_changes(old: Derivation, new: Derivation) -> Iterator[tuple[str, str]]:
    """Yield how files and folders differ, in words, each with the name of its package."""
    before, after = (
        {nix_version.store_name(path): path for path in one.sources} for one in (old, new)
    )
    for name in sorted(before.keys() | after.keys()):
        package = versions.package(name)
        if name not in after:
            yield f"without {name}", package
        elif name not in before:
            yield f"with {name}", package
        elif before[name] != after[name]:
            yield f"other content of {name}", package
