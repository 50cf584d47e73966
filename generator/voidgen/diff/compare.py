"""Compare two snapshots, layer by layer. Pure."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING

import attrs

from voidgen.diff import closure
from voidgen.diff.closure import PackageChange
from voidgen.diff.types import Diff, PathChange, Value
from voidgen.schema import typed_json
from voidgen.xbps import version as xbps_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from voidgen.diff.closure import Derivers
    from voidgen.image.snapshot import Entry, Locked, Snapshot, Xbps
    from voidgen.plan.documents import PlanDocument

_OPTIONS = "options"
"""The table of the modules' options."""


def compare(old: Snapshot, new: Snapshot, derivers: Derivers = closure.unknown) -> Diff:
    """Return what differs from ``old`` to ``new``; ``derivers`` is that of `closure.changes`."""
    closures = sizes = counts = xbps_changes = paths = None
    if old.closure is not None and new.closure is not None:
        before = closure.Side(old.closure, tuple(old.packages.values()))
        after = closure.Side(new.closure, tuple(new.packages.values()))
        closures = tuple(closure.changes(before, after, derivers))
        sizes = (closure.total(old.closure), closure.total(new.closure))
        counts = (len(old.closure), len(new.closure))
    if old.xbps is not None and new.xbps is not None:
        xbps_changes = tuple(_xbps(old, new, old.xbps, new.xbps))
    if old.overlay is not None and new.overlay is not None:
        paths = tuple(_overlay(old.overlay, new.overlay))
    request = _request(old.plan, new.plan) if old.plan and new.plan else None
    locks = _locks(old, new)
    return Diff(
        old.origin, new.origin, request, locks, xbps_changes, closures, paths, sizes,
        counts, image=_image(old.plan, new.plan),
    )  # fmt: skip


def _image(*plans: PlanDocument | None) -> str:
    """Return the name of the image, or both names if the sides differ."""
    return " → ".join(dict.fromkeys(one.image.name for one in plans if one))


def _values(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Value, ...]:
    names = sorted(old.keys() | new.keys())
    return tuple(
        Value(name, old.get(name), new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    )


def _request(old: PlanDocument, new: PlanDocument) -> dict[str, tuple[Value, ...]]:
    if not (old.container and new.container):
        old, new = (attrs.evolve(one, container=None) for one in (old, new))
    before, after = _asked(old), _asked(new)
    found = {
        table: _values(before.get(table, {}), after.get(table, {}))
        for table in dict.fromkeys((*before, *after))
    }
    if _OPTIONS in found:
        was, is_ = _set_by(old), _set_by(new)
        found[_OPTIONS] = tuple(
            attrs.evolve(one, old_by=was.get(one.name, ""), new_by=is_.get(one.name, ""))
            for one in found[_OPTIONS]
        )
    return {table: values for table, values in found.items() if values}


def _set_by(plan: PlanDocument) -> dict[str, str]:
    """Return the modules that set options, by MODULE.OPTION."""
    return {
        f"{module.name}.{name}": by
        for module in plan.modules
        for name, by in (module.set_by or {}).items()
    }


def _asked(plan: PlanDocument) -> dict[str, dict[str, str]]:
    """Return what a plan asks for, by table and name."""
    return {
        "Nix packages": {one.name: ", ".join(one.outputs) for one in plan.nix.packages},
        "Void packages": {one.name: "" for one in plan.xbps.packages},
        "Void repositories": {one.name: "" for one in plan.xbps.repositories},
        "modules": {one.name: "" for one in plan.modules},
        _OPTIONS: {
            f"{module.name}.{name}": _text(value)
            for module in plan.modules
            for name, value in module.options.items()
        },
        "services": {one.name: one.provider for one in plan.services},
        "disabled services": dict.fromkeys(plan.disabled, ""),
        "settings": dict(_settings(plan)),
    }


def _settings(plan: PlanDocument) -> Iterator[tuple[str, str]]:
    """Yield the values of the tables that hold only values."""
    tables = {
        "image": plan.image,
        "nix": plan.nix,
        "xbps": plan.xbps,
        "boot": plan.boot,
        "hooks": plan.hooks,
        "mklive": plan.mklive,
        "container": plan.container,
    }
    for table, values in tables.items():
        for key, value in (typed_json.plain(values) or {}).items():
            if (table, key) == ("nix", "sets"):
                yield from _sets(value)
            # Other rows have these.
            elif table not in {"nix", "xbps"} or key not in {"packages", "repositories"}:
                yield f"{table}.{key}", _text(value)


def _sets(sets: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, str]]:
    """Yield the keys of each package set that have a value."""
    for name, one in sets.items():
        yield from ((f"nix.sets.{name}.{key}", _text(value)) for key, value in one.items() if value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _locks(old: Snapshot, new: Snapshot) -> dict[str, tuple[Value, ...]] | None:
    found = {}
    if old.inputs is not None and new.inputs is not None:
        found["inputs"] = _values(_pins(old.inputs), _pins(new.inputs))
    if old.container is not None and new.container is not None:
        found["container"] = _values({"image": old.container}, {"image": new.container})
    return {table: values for table, values in found.items() if values} if found else None


def _pins(inputs: Mapping[str, Locked]) -> dict[str, str]:
    return {name: f"{one.rev} {one.date}".strip() or "not locked" for name, one in inputs.items()}


def _xbps(
    old: Snapshot, new: Snapshot, before: Mapping[str, Xbps], after: Mapping[str, Xbps]
) -> Iterator[PackageChange]:
    was_asked, is_asked = _void_packages(old.plan), _void_packages(new.plan)
    for name in sorted(before.keys() | after.keys()):
        was, is_ = before.get(name), after.get(name)
        if was != is_:
            versions = (was.version,) if was else (), (is_.version,) if is_ else ()
            sizes = was.size if was else 0, is_.size if is_ else 0
            asked = name in was_asked, name in is_asked
            yield PackageChange(_xbps_kind(*versions), name, *versions, *sizes, *asked)


def _void_packages(plan: PlanDocument | None) -> set[str]:
    return {one.name for one in plan.xbps.packages} if plan else set()


def _xbps_kind(old: tuple[str, ...], new: tuple[str, ...]) -> str:
    if not old or not new:
        return "removed" if old else "added"
    order = xbps_version.compare(old[0], new[0])
    return ("upgraded", "rebuilt", "downgraded")[order + 1]


def _overlay(old: Mapping[str, Entry], new: Mapping[str, Entry]) -> Iterator[PathChange]:
    for path in sorted(old.keys() | new.keys()):
        before, after = old.get(path), new.get(path)
        if before != after:
            yield PathChange(
                path, _entry(before), _entry(after), tuple(_lines(path, before, after))
            )


def _entry(entry: Entry | None) -> str | None:
    if entry is None:
        return None
    facts = (entry.type, entry.mode, entry.owner, f"-> {entry.target}" if entry.target else "")
    return " ".join(fact for fact in facts if fact)


def _lines(path: str, old: Entry | None, new: Entry | None) -> Iterator[str]:
    """Yield a unified diff, if each side that exists is text."""
    if any(one is not None and one.text is None for one in (old, new)):
        return iter(())
    before, after = ((one.text or "").splitlines() if one else [] for one in (old, new))
    sides = (f"a{path}" if old else "/dev/null", f"b{path}" if new else "/dev/null")
    return difflib.unified_diff(before, after, *sides, lineterm="")
