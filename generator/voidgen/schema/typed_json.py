"""JSON to typed, immutable values, and back, by cattrs.

A field ``nar_size`` is the key ``nar-size``, if its metadata does not name another ``key``. Keys
without a field are ignored. A field with the default None need not be in JSON, and is left out of
it if it is None. A class with a ``HEADER`` is a document that begins with those keys and values.
"""

from __future__ import annotations

import plistlib
from collections.abc import Mapping
from functools import cache
from types import GenericAlias, MappingProxyType, NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin
from xml.parsers.expat import ExpatError

import attrs
from cattrs import BaseValidationError, Converter
from cattrs.gen import (
    make_dict_structure_fn,
    make_dict_unstructure_fn,
    mapping_structure_factory,
    override,
)

from voidgen.schema import header as header_of
from voidgen.schema.rule import MisfitError, show
from voidgen.schema.structure import converter, kebab, step_of, text
from voidgen.system import untrusted
from voidgen.system.untrusted import GarbledError, OtherVersionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")


def read(data: bytes | str, kind: type[T], *, unique: bool = False) -> T:
    """Return the JSON in ``data`` as a ``kind``; GarbledError if it isn't one.

    With ``unique``, it isn't one if an object has a key twice.
    """
    try:
        value = untrusted.parse_json(data, unique=unique)
    except ValueError:
        raise GarbledError("not JSON") from None
    return structure(value, kind)


def read_plist(data: bytes, kind: type[T]) -> T:
    """Return the property list in ``data`` as a ``kind``; GarbledError if it isn't one."""
    try:
        value = plistlib.loads(data)
    except (*untrusted.DAMAGED, ExpatError):
        raise GarbledError("not a property list") from None
    return structure(value, kind)


def structure(value: Any, kind: type[T]) -> T:
    """Return ``value``, which a JSON parser gave, as a ``kind``; GarbledError if it isn't one."""
    try:
        return _converter().structure(value, kind)
    except OtherVersionError:
        raise
    except (BaseValidationError, GarbledError, MisfitError) as error:
        raise GarbledError(next(_faults(error, ""))) from None


def plain(value: Any) -> Any:
    """Return a typed value as objects, lists, strings and numbers of JSON."""
    return _converter().unstructure(value)


def _faults(error: Exception, place: str) -> Iterator[str]:
    """Yield what is wrong, each with its place, such as ``closure.paths.3.narSize``."""
    if isinstance(error, BaseValidationError):
        for inner in error.exceptions:
            yield from _faults(inner, ".".join((place, *map(str, step_of(inner)))))
    elif isinstance(error, (GarbledError, MisfitError)):
        yield f"{place.removeprefix('.')}: {error}".removeprefix(": ")
    elif isinstance(error, KeyError) and step_of(error):
        yield f"{place.removeprefix('.')}: this key is missing"
    else:
        raise error


@cache
def _converter() -> Converter:
    made = Converter(detailed_validation=True)
    made.register_structure_hook_func(lambda kind: kind is object, lambda value, _: value)
    made.register_structure_hook(str, text)
    for kind in (bool, int):
        made.register_structure_hook(kind, converter.get_structure_hook(kind))
    made.register_structure_hook(bytes, _bytes)
    made.register_structure_hook_factory(_is_scalar, lambda kind: _scalar(made, kind))
    made.register_structure_hook_factory(_is_choice, converter.get_structure_hook)
    made.register_structure_hook_factory(_is_list, lambda kind: _list(made, kind))
    made.register_structure_hook_factory(_is_mapping, lambda kind: _mapping(made, kind))
    made.register_structure_hook_factory(attrs.has, lambda kind: _object(made, kind))
    made.register_unstructure_hook_factory(attrs.has, lambda kind: _written(made, kind))
    made.register_unstructure_hook_func(_is_list, lambda value: [*map(made.unstructure, value)])
    return made


def _is_choice(kind: Any) -> bool:
    return get_origin(kind) is Literal


def _is_list(kind: Any) -> bool:
    return kind is tuple or get_origin(kind) is tuple


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) in {dict, Mapping}


def _is_scalar(kind: Any) -> bool:
    """Return whether values of ``kind`` say themselves which of its types they have."""
    members = get_args(kind) if get_origin(kind) in {Union, UnionType} else ()
    return len(members) > 1 and all(
        one in {bool, int, str, NoneType} or _is_list(one) for one in members
    )


def _scalar(made: Converter, kind: Any) -> Callable[[Any, Any], Any]:
    known = {list if _is_list(one) else one: one for one in get_args(kind)}

    def hook(value: Any, _: Any) -> Any:
        if type(value) not in known:
            raise GarbledError(f"did not expect {show(value)}")
        return value if value is None else made.structure(value, known[type(value)])

    return hook


def _list(made: Converter, kind: Any) -> Callable[[Any, Any], Any]:
    each: Any = GenericAlias(list, get_args(kind)[:1])
    base = made.get_structure_hook(each)

    def hook(value: Any, _: Any) -> tuple[Any, ...]:
        return tuple(base(_list_of(value), each))

    return hook


def _mapping(made: Converter, kind: Any) -> Callable[[Any, Any], Any]:
    each: Any = GenericAlias(dict, get_args(kind))
    base = mapping_structure_factory(each, made)

    def hook(value: Any, _: Any) -> Mapping[Any, Any]:
        return MappingProxyType(base(_object_of(value), each))

    return hook


def _object(made: Converter, kind: Any) -> Callable[[Any, Any], Any]:
    names: dict[str, Any] = {one.name: override(rename=_key(one)) for one in attrs.fields(kind)}
    base = make_dict_structure_fn(kind, made, **names)
    header = getattr(kind, "HEADER", {})

    def hook(value: Any, _: Any) -> Any:
        found = _object_of(value)
        if header:
            header_of.check(found, header, show)
        return base(found, kind)

    return hook


def _written(made: Converter, kind: Any) -> Callable[[Any], dict[str, Any]]:
    names: dict[str, Any] = {
        one.name: override(rename=_key(one), omit_if_default=one.default is None)
        for one in attrs.fields(kind)
    }
    base = make_dict_unstructure_fn(kind, made, **names)
    header = getattr(kind, "HEADER", None)
    return (lambda value: {**header, **base(value)}) if header else base


def _key(field: attrs.Attribute[Any]) -> str:
    return str(field.metadata.get("key") or kebab(field.name))


def _bytes(value: object, _: Any) -> bytes:
    if not isinstance(value, bytes):
        raise GarbledError(f"expected bytes, got {show(value)}")
    return value


def _object_of(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise GarbledError(f"expected an object, got {show(value)}")
    return value


def _list_of(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise GarbledError(f"expected a list, got {show(value)}")
    return value
