"""Make the JSON Schema of voidgen.toml from the types that voidgen reads it with.

``python -m tools.json_schema`` writes the copy that ships with voidgen and goes into every project
as ``image/voidgen.schema.json``. Editors use it there to complete and check the file.
"""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

import attrs

from voidgen.config import variant_sets, variants
from voidgen.config.types import Config
from voidgen.data.bundled_files import DATA
from voidgen.schema.rule import rule_of
from voidgen.schema.structure import kebab

FILE = DATA / "voidgen.schema.json"


def schema() -> bytes:
    """Return the schema (JSON Schema draft 7, which TOML editors read)."""
    table = schema_of(Config)
    table["properties"][variants.TABLE] = _variants(table["properties"])
    top = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "voidgen.toml",
        **table,
    }
    return (json.dumps(top, indent=2, ensure_ascii=False) + "\n").encode()


def _variants(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of [variants], whose tables change these ``tables``."""
    properties = {name: _changed(tables[name]) for name in variants.TABLES}
    for name, key in variants.SHARED:
        del properties[name]["properties"][key]
    sets = properties["nix"]["properties"][variant_sets.KEY]["additionalProperties"]
    sets["properties"] = {variant_sets.OVERLAYS: sets["properties"][variant_sets.OVERLAYS]}
    taken = "|".join(variants.OUTPUTS)
    return {
        "description": "more images, as tables of what differs from this one",
        "type": "object",
        "propertyNames": {"pattern": f"^(?!(?:{taken})$)(?:{variants.NAME.pattern})$"},
        "additionalProperties": {
            "type": "object",
            "additionalProperties": False,
            "properties": properties,
        },
    }


def _changed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``schema`` for a variant: nothing is required, and lists may change."""
    if schema.get("type") == "array":
        described = {key: schema[key] for key in ("description",) if key in schema}
        whole = {key: schema[key] for key in ("type", "items", "uniqueItems")}
        change = {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                variants.ADD: {"description": "elements to append", **whole},
                variants.REMOVE: {"description": "elements to leave out", **whole},
            },
        }
        return {**described, "anyOf": [whole, change]}
    changed = {key: value for key, value in schema.items() if key not in {"default", "required"}}
    if "properties" in schema:
        changed["properties"] = {key: _changed(one) for key, one in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), Mapping):
        changed["additionalProperties"] = _changed(schema["additionalProperties"])
    if "anyOf" in schema:
        found = [_changed(one) for one in schema["anyOf"]]
        changed["anyOf"] = [each for one in found for each in one.get("anyOf", [one])]
    return changed


_SCALARS: Mapping[Any, str] = {str: "string", bool: "boolean", int: "integer"}


def schema_of(kind: Any) -> dict[str, Any]:  # noqa: PLR0911 - one return a kind
    """Return the JSON Schema of a type: a rule's string, a scalar, a list, a table."""
    origin, args = get_origin(kind), get_args(kind)
    rule = rule_of(kind)
    if rule:
        return {"type": "string", "pattern": f"^(?:{rule.pattern})$"}
    if kind in _SCALARS:
        return {"type": _SCALARS[kind]}
    if origin is Literal:
        return {"enum": list(args)}
    if origin is tuple:
        return {"type": "array", "items": schema_of(args[0]), "uniqueItems": True}
    if origin is Mapping:
        names = schema_of(args[0]).get("pattern")
        return {
            "type": "object",
            "propertyNames": {"pattern": names},
            "additionalProperties": schema_of(args[1]),
        }
    if origin in {Union, types.UnionType}:
        kinds = [schema_of(arg) for arg in args if arg is not type(None)]
        return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return _table(kind)


def _table(cls: Any) -> dict[str, Any]:
    attrs.resolve_types(cls)
    properties = {}
    required = []
    for field in attrs.fields(cls):
        name = kebab(field.name)
        properties[name] = {"description": field.metadata["help"], **schema_of(field.type)}
        if field.default is attrs.NOTHING:
            required.append(name)
        elif isinstance(field.default, str | int | tuple):
            properties[name]["default"] = field.default
    table = {"type": "object", "additionalProperties": False, "properties": properties}
    return table | ({"required": required} if required else {})


if __name__ == "__main__":
    FILE.write_bytes(schema())
