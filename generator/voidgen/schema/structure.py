"""Structuring TOML tables into typed, immutable values by cattrs, with all faults at once.

The classes define the format: a field ``state_dir`` is the key ``state-dir``, its type (with its
`Rule`, if any) says which values are accepted, and its metadata ``help`` is the description. The
JSON Schema is made from the same classes.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

import attrs
from cattrs import (
    AttributeValidationNote,
    ClassValidationError,
    Converter,
    ForbiddenExtraKeysError,
    IterableValidationError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn, override

from voidgen.errors import Fault, WrongInputError, did_you_mean
from voidgen.schema.rule import MisfitError, rule_of, show
from voidgen.system import credentials

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voidgen.errors import Key

T = TypeVar("T")


OptionList = tuple[str, ...]
OptionValue = bool | int | str | OptionList
"""The value of an overlay module's option."""


def structure(table: Mapping[str, Any], cls: type[T], file: Path) -> T:
    """Return ``table``, which is from ``file``, as a ``cls``; WrongInputError has every fault."""
    try:
        return converter.structure(table, cls)
    except (ClassValidationError, MisfitError) as error:
        raise WrongInputError(*_faults(error, file, ())) from None


def kebab(name: str) -> str:
    """Return the TOML spelling of a Python attribute's name."""
    return name.replace("_", "-")


def _misfit(value: Any, expected: str) -> MisfitError:
    return MisfitError(f"expected {expected}, got {show(value)}")


# These accept only their own type: cattrs' own hooks would turn 5 into "5".
def text(value: Any, _: Any) -> str:
    """Return ``value``; MisfitError if it isn't a string, or has a NUL character."""
    if type(value) is not str:
        raise _misfit(value, "a string")
    if "\0" in value:
        raise MisfitError("has a NUL character, which no file of the image may have")
    return value


def _string(value: Any, kind: Any) -> str:
    text(value, kind)
    if secret := credentials.secret_in(value):
        what = f"has a URL with {secret}, which everyone with the project or an ISO would see"
        raise MisfitError(what, remedy=credentials.remedy_for(value))
    return str(value)


def _boolean(value: Any, _: Any) -> bool:
    if type(value) is not bool:
        raise _misfit(value, "true or false")
    return value


def _integer(value: Any, _: Any) -> int:
    if type(value) is not int:
        raise _misfit(value, "a whole number")
    if not -(2**63) <= value < 2**63:
        # TOML and Nix have no larger numbers.
        raise _misfit(value, "a whole number of 64 bits")
    return value


def _ruled(kind: Any) -> Callable[[Any, Any], Any]:
    rule = rule_of(kind)
    if rule is None:
        raise AssertionError(f"{kind} has no rule")
    matches = re.compile(rule.pattern).fullmatch

    def hook(value: Any, _: Any) -> Any:
        if rule.secret is not None and type(value) is not str:
            raise MisfitError(f"expected {rule.expected}, got {rule.shown(value)}")
        # The compiled pattern is fast, for a lock's thousands of values; the rule has the message.
        return value if matches(_string(value, str)) else rule.check(value)

    return hook


def _choice(kind: Any) -> Callable[[Any, Any], Any]:
    choices = get_args(kind)

    def hook(value: Any, _: Any) -> Any:
        # Compare types, too: in Python, 1 equals True.
        if any(type(value) is type(choice) and value == choice for choice in choices):
            return value
        known = list(map(str, choices))
        near = did_you_mean(value, known) if isinstance(value, str) else ""
        raise MisfitError(f"expected one of {', '.join(known)}, got {show(value)}", remedy=near)

    return hook


def _each(
    pairs: Iterable[tuple[str | int, Any]], one: Callable[[Any, Any], T], kind: Any
) -> list[T]:
    """Return the result of ``one`` for each pair; raise all faults, each with its index or key."""
    found: list[T] = []
    errors: list[Exception] = []
    for key, value in pairs:
        try:
            found.append(one(key, value))
        except Exception as error:  # noqa: BLE001 - cattrs raises it again with all the others
            error.add_note(IterableValidationNote("element", key, kind))
            errors.append(error)
    if errors:
        raise IterableValidationError("in a list or table", errors, kind)
    return found


def _list(kind: Any) -> Callable[[Any, Any], Any]:
    item_kind = get_args(kind)[0]
    base = converter.get_structure_hook(item_kind)
    rule = rule_of(item_kind)

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, list):
            got = rule.shown(value) if rule else show(value)
            raise MisfitError(f"expected a list, got {got}")
        seen = set()

        def one(_: Any, raw: Any) -> Any:
            item = base(raw, item_kind)
            if item in seen:
                raise MisfitError(f"{show(raw)} is listed twice", remedy="remove one of them")
            seen.add(item)
            return item

        return tuple(_each(enumerate(value), one, kind))

    return hook


def _mapping(kind: Any) -> Callable[[Any, Any], Any]:
    key_kind, item_kind = get_args(kind)
    key_base = converter.get_structure_hook(key_kind)
    base = converter.get_structure_hook(item_kind)

    def one(key: Any, raw: Any) -> tuple[str, Any]:
        return key_base(key, key_kind), base(raw, item_kind)

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, dict):
            raise MisfitError(f"expected a table, got {show(value)}")
        return types.MappingProxyType(dict(sorted(_each(value.items(), one, kind))))

    return hook


def _table(cls: Any) -> Callable[[Any, Any], Any]:
    names: dict[str, Any] = {
        field.name: override(rename=kebab(field.name)) for field in attrs.fields(cls)
    }
    base = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **names)

    def hook(value: Any, kind: Any) -> Any:
        if not isinstance(value, dict):
            raise MisfitError(f"expected a table, got {show(value)}")
        return base(value, kind)

    return hook


def _option_value(value: Any, _: Any) -> OptionValue:
    """Structure an option's value; the resolution of modules checks the option's own type."""
    if isinstance(value, list):
        items: tuple[str, ...] = converter.structure(value, OptionList)
        return items
    if isinstance(value, str | bool | int):
        converter.structure(value, type(value))
        return value
    raise MisfitError(f"expected a string, boolean, integer or list of strings, got {show(value)}")


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) is Mapping


def _is_choice(kind: Any) -> bool:
    return get_origin(kind) is Literal


converter = Converter(detailed_validation=True)
converter.register_structure_hook(str, _string)
converter.register_structure_hook(bool, _boolean)
converter.register_structure_hook(int, _integer)
converter.register_structure_hook_func(
    lambda kind: kind in {OptionValue, OptionValue | None}, _option_value
)
converter.register_structure_hook_factory(attrs.has, _table)
converter.register_structure_hook_factory(_is_list, _list)
converter.register_structure_hook_factory(_is_mapping, _mapping)
converter.register_structure_hook_factory(_is_choice, _choice)
converter.register_structure_hook_factory(lambda kind: rule_of(kind) is not None, _ruled)


def _faults(error: Exception, file: Path, key: Key) -> Iterator[Fault]:
    """Yield a fault for each exception in the tree that cattrs raised; its notes give the keys."""
    if isinstance(error, ClassValidationError | IterableValidationError):
        for inner in error.exceptions:
            yield from _faults(inner, file, (*key, *step_of(inner)))
    elif isinstance(error, MisfitError):
        yield Fault(error.what, file, (*key, *error.key), remedy=error.remedy)
    elif isinstance(error, ForbiddenExtraKeysError):
        known = [kebab(field.name) for field in attrs.fields(error.cl)]
        for name in sorted(error.extra_fields):
            remedy = did_you_mean(name, known) or f"use one of: {', '.join(known)}"
            yield Fault("unknown key", file, (*key, name), remedy=remedy)
    elif isinstance(error, KeyError):
        yield Fault("this key is required, but missing", file, key)
    else:
        raise error


def step_of(error: BaseException) -> Key:
    """Return the field, key or index at which cattrs noted ``error``; empty if at none."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return (kebab(note.name),)
        if isinstance(note, IterableValidationNote):
            return (note.index,)
    return ()
