"""The variants of voidgen.toml: tables that change the others for one more image. Pure.

A variant's table has the tables and keys of voidgen.toml. A value replaces the project's, a table
is merged with it, and ``key.add`` and ``key.remove`` change a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

import attrs
from attrs import evolve, field, frozen

from voidgen.config import variant_sets
from voidgen.config.types import Config
from voidgen.errors import Fault, WrongInputError, did_you_mean, did_you_mean_or_known, raise_all
from voidgen.schema.rule import MisfitError, Rule, show
from voidgen.schema.structure import OptionValue, kebab, structure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voidgen.config.image import ImageConfig
    from voidgen.errors import Key

TABLE = "variants"
NAME = Rule(
    'a variant\'s name of lowercase letters, digits and -, a letter first, like "xfce"',
    r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*",
)
TABLES = ("image", "nix", "xbps", "overlay", "services", "live", "boot", "hooks", "mklive")
"""The tables that a variant can change: the others are about the whole project."""
SHARED = {("nix", "nixpkgs"), ("mklive", "source")}
"""The keys of these tables that a variant cannot have: flake.lock pins them for all images."""
OWN = (
    "closure", "collisions", "default", "include", "iso", "iso-tools", "profile", "xbps-packages",
    "xbps-repository",
)  # fmt: skip
"""The outputs of the flake that each image has. The variant's `default` is called as itself."""
OUTPUTS = (*OWN, "container", "mklive", "xbps")
"""All outputs of the flake without variants."""
ADD, REMOVE = "add", "remove"
_DATE = "{date}"
"""Stands for the date in the names of ISOs: the locks are shared, so all have the same."""


@frozen
class Variant:
    """A variant: its name, all of its settings, and where they come from.

    ``origins`` has the key in voidgen.toml of each key of the settings that the variant changes.
    """

    name: str
    settings: Config
    origins: Mapping[Key, Key] = field(repr=False, eq=False)

    def located(self, fault: Fault, file: Path) -> Fault:
        """Return ``fault`` of the settings, at its place in ``file``, voidgen.toml."""
        return _located(fault, file, self.name, self.origins)


def output(variant: str, name: str) -> str:
    """Return the flake's output that is ``name`` of the image ``variant`` ("": the project's)."""
    if not variant or name not in OWN:
        return name
    return variant if name == "default" else f"{variant}-{name}"


def split(table: Mapping[str, Any]) -> tuple[dict[str, Any], object]:
    """Return voidgen.toml without its variants, and these, or {}."""
    return {key: value for key, value in table.items() if key != TABLE}, table.get(TABLE, {})


def read(
    base: Mapping[str, Any], image: ImageConfig, tables: object, file: Path
) -> tuple[Variant, ...]:
    """Return the variants of ``base``, by name; WrongInputError has every fault.

    ``tables`` is [variants] of ``file``, and ``base`` the rest of it, which has no faults.
    ``image`` is the table [image] of ``base``.
    """
    if not isinstance(tables, Mapping):
        what = f"expected a table for each variant, got {show(tables)}"
        raise WrongInputError(Fault(what, file, (TABLE,), remedy="write [variants.NAME.image]"))
    faults = [*_misnamed(tables, file)]
    found = []
    for name, table in sorted(tables.items()):
        try:
            found.append(_variant(base, name, table, file))
        except WrongInputError as error:
            faults += error.faults
    raise_all(faults)
    raise_all(_of_one_file(image, found, file))
    return tuple(found)


def _misnamed(tables: Mapping[str, Any], file: Path) -> Iterator[Fault]:
    for name in tables:
        key = (TABLE, name)
        try:
            NAME.check(name)
        except MisfitError as error:
            yield Fault(error.what, file, key, remedy=error.remedy)
        if name in OUTPUTS:
            what = f"the flake has an output {name!r} already"
            yield Fault(what, file, key, remedy="give the variant another name")
        for other in tables:
            taken = [one for one in OUTPUTS if name == f"{other}-{one}"]
            if taken:
                what = f"the variant {other!r} has an output {name!r} already"
                yield Fault(what, file, key, remedy="give the variant another name")


def _of_one_file(base: ImageConfig, found: list[Variant], file: Path) -> Iterator[Fault]:
    """Yield a fault for each image whose ISO would have the file name of another one's."""
    owners = {base.iso_stem(_DATE): "the project's own image"}
    for one in found:
        stem = one.settings.image.iso_stem(_DATE)
        if stem in owners:
            what = f"the ISO would be out/{stem}.iso, and so is that of {owners[stem]}"
            remedy = f"write another name or file-name in [{TABLE}.{one.name}.image]"
            key = "file-name" if ("image", "file-name") in one.origins else "name"
            yield one.located(Fault(what, file, ("image", key), remedy=remedy), file)
        owners.setdefault(stem, f"the variant {one.name!r}")


def _variant(base: Mapping[str, Any], name: str, table: object, file: Path) -> Variant:
    if not isinstance(table, Mapping):
        what = f"expected a table, got {show(table)}"
        raise WrongInputError(Fault(what, file, (TABLE, name)))
    merge = _Merge(file, (TABLE, name))
    own = {**base, "image": {**base["image"], "name": f"{base['image']['name']}-{name}"}}
    merged = merge.tables(own, _of_an_image(table, base), ())
    origins = {("image", "name"): (TABLE, name), **merge.origins}
    faults = [*_not_of_an_image(base, name, table, file), *merge.faults]
    try:
        settings = structure(merged, Config, file)
    except WrongInputError as error:
        faults += (_located(one, file, name, origins) for one in error.faults)
    raise_all(faults)
    return Variant(name, settings, MappingProxyType(origins))


def _of_an_image(table: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a variant's table can be merged."""
    found = {key: table[key] for key in TABLES if key in table}
    for name, key in SHARED:
        if isinstance(found.get(name), Mapping):
            found[name] = {inner: one for inner, one in found[name].items() if inner != key}
    if isinstance(nix := found.get("nix"), Mapping) and variant_sets.KEY in nix:
        own = variant_sets.changed(nix[variant_sets.KEY], _sets(base))
        found["nix"] = {**nix, variant_sets.KEY: own}
    return found


def _sets(base: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = base.get("nix", {}).get(variant_sets.KEY, {})
    return found


def _not_of_an_image(
    base: Mapping[str, Any], name: str, table: Mapping[str, Any], file: Path
) -> Iterator[Fault]:
    """Yield a fault for each key that a variant cannot have."""
    for key, value in table.items():
        place = (TABLE, name, key)
        if key == TABLE:
            what = "a variant has no variants of its own"
            yield Fault(what, file, place, remedy=f"write a second table [{TABLE}.NAME]")
        elif key not in TABLES:
            known = [kebab(one.name) for one in attrs.fields(Config)]
            what, remedy = "unknown key", did_you_mean_or_known(key, TABLES, "tables of a variant")
            if key in known:
                what = f"a variant cannot change [{key}], which is about the whole project"
                remedy = f"write it as [{key}]"
            yield Fault(what, file, place, remedy=remedy)
        for inner in value if isinstance(value, Mapping) else ():
            if (key, inner) in SHARED:
                what = f"a variant cannot change {key}.{inner}: flake.lock pins one for all images"
                yield Fault(what, file, (*place, inner), remedy="change it for the whole project")
            elif (key, inner) == ("nix", variant_sets.KEY):
                yield from variant_sets.faults(value[inner], _sets(base), file, (*place, inner))
    if "mklive" in table and "mklive" not in base:
        what = "only this variant has [mklive], whose source all images share"
        yield Fault(what, file, (TABLE, name, "mklive"), remedy="add [mklive] to the project, too")


@frozen
class _Merge:
    """One merge of a variant, ``top`` in ``file``, which adds to ``faults`` and ``origins``."""

    file: Path
    top: Key
    faults: list[Fault] = field(factory=list)
    origins: dict[Key, Key] = field(factory=dict)

    def tables(self, old: Mapping[str, Any], new: Mapping[str, Any], key: Key) -> dict[str, Any]:
        """Return ``old`` with the values of ``new``; ``key`` is the place of both."""
        merged = dict(old)
        for name, value in new.items():
            place = (*key, name)
            before = old.get(name)
            if isinstance(value, Mapping) and _is_list(place):
                merged[name] = self._list(before, value, place)
            elif isinstance(value, Mapping) and (before is None or isinstance(before, Mapping)):
                if before is None:
                    self.origins[place] = (*self.top, *place)
                merged[name] = self.tables(before or {}, value, place)
            else:
                self.origins[place] = (*self.top, *place)
                merged[name] = value
        return merged

    def _list(self, before: object, change: Mapping[str, Any], place: Key) -> object:
        """Return the list ``before`` without what ``change`` removes, and with what it adds."""
        here = (*self.top, *place)
        unknown = [name for name in change if name not in {ADD, REMOVE}]
        wrong = [one for one in change.items() if not isinstance(one[1], list)]
        for name in unknown:
            remedy = did_you_mean(name, (ADD, REMOVE)) or "use add, remove, or a list"
            self._fault("unknown key", (*here, name), remedy)
        for name, value in wrong:
            if name not in unknown:
                self._fault(f"expected a list, got {show(value)}", (*here, name))
        old = [*_default(place)] if before is None else before
        if unknown or wrong or not isinstance(old, list):
            return old
        gone = change.get(REMOVE, [])
        for index, value in enumerate(gone):
            if value not in old:
                what = f"{show(value)} is not in the project's list, so nothing can remove it"
                near = did_you_mean(value, map(str, old)) if isinstance(value, str) else ""
                self._fault(what, (*here, REMOVE, index), near or "leave it out")
        kept = [(value, (*place, index)) for index, value in enumerate(old) if value not in gone]
        added = change.get(ADD, [])
        kept += [(value, (*here, ADD, index)) for index, value in enumerate(added)]
        self.origins[place] = here
        for index, (_, origin) in enumerate(kept):
            self.origins[*place, index] = origin
        return [value for value, _ in kept]

    def _fault(self, what: str, key: Key, remedy: str = "") -> None:
        self.faults.append(Fault(what, self.file, key, remedy=remedy))


def _located(fault: Fault, file: Path, name: str, origins: Mapping[Key, Key]) -> Fault:
    """Return ``fault`` with the key of ``file``; if it is not the variant's, it says which one."""
    if fault.file == file and fault.line is None:
        for end in range(len(fault.key), 0, -1):
            origin = origins.get(fault.key[:end])
            if origin and origin[:1] == (TABLE,):
                return evolve(fault, key=(*origin, *fault.key[end:]))
            if origin:
                fault = evolve(fault, key=(*origin, *fault.key[end:]))
                break
    return evolve(fault, what=f"{fault.what} (in the variant {name!r})")


def _kind(key: Key) -> Any:
    """Return the type of ``key`` in voidgen.toml; None if it has none."""
    kind: Any = Config
    for part in key:
        if attrs.has(kind):
            attrs.resolve_types(kind)
            fields = {kebab(one.name): one.type for one in attrs.fields(kind)}
            kind = _of_optional(fields.get(str(part)))
        elif get_origin(kind) is Mapping:
            kind = _of_optional(get_args(kind)[1])
        else:
            return None
    return kind


def _of_optional(kind: Any) -> Any:
    """Return ``kind`` without None."""
    if kind == OptionValue or not _is_union(kind):
        return kind
    (kind,) = (one for one in get_args(kind) if one is not type(None))
    return kind


def _is_union(kind: Any) -> bool:
    return get_origin(kind) is Union or type(kind).__name__ == "UnionType"


def _is_list(key: Key) -> bool:
    """Return whether ``key`` takes a list; a module's option may, and never takes a table."""
    kind = _kind(key)
    return get_origin(kind) is tuple or kind == OptionValue


def _default(key: Key) -> tuple[Any, ...]:
    """Return the default of a list."""
    kind, last = _kind(key[:-1]), key[-1]
    if not attrs.has(kind):
        return ()
    default = next(one.default for one in attrs.fields(kind) if kebab(one.name) == last)
    return default if isinstance(default, tuple) else ()
