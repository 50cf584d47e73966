"""Reading and writing voidgen.lock: sorted JSON, one entry a line, its checksum at the end.

The checksum detects every change that voidgen did not make, such as a flipped bit or a merge of two
locks: XBPS has not resolved such a set of packages.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import attrs

from voidgen.errors import Fault, WrongInputError
from voidgen.lock.flake_lock import RESTORE
from voidgen.lock.lock_json import VERSION
from voidgen.lock.types import Lock, OfVariant
from voidgen.schema.rule import show
from voidgen.schema.structure import kebab, structure
from voidgen.system import credentials, sri, untrusted
from voidgen.system.files import read_optional_input

if TYPE_CHECKING:
    from pathlib import Path

FILE = "voidgen.lock"
LARGEST = 1 << 26
"""Largest size in bytes; the lock of a hundred thousand packages would be smaller."""

_END = re.compile(rb'  "checksum": "(sha256-[^"\n]*)"\n\}\n')


def read(folder: Path) -> Lock | None:
    """Return the lock of the project in ``folder``; None if there is no file.

    Raises WrongInputError if it differs in any byte from what voidgen wrote, if it isn't a regular
    file, or if it is larger than `LARGEST`.
    """
    file = folder / FILE
    data = read_optional_input(file, LARGEST)
    return None if data is None else parse(data, file)


def parse(data: bytes, file: Path) -> Lock:
    """Return the lock that ``data`` holds; ``file`` is for the messages of WrongInputError."""
    end = _END.search(data)
    if not end or end.end() != len(data) or end[1] != sri.of_bytes(data[: end.start()]).encode():
        what = "differs from what voidgen wrote: it is damaged, edited, or merged from two versions"
        raise WrongInputError(Fault(what, file, remedy=RESTORE))
    try:
        # No value needs an escape, and some escapes stand for invalid text.
        table: object = None if b"\\" in data else untrusted.parse_json(data.decode())
    except ValueError:
        table = None
    if not isinstance(table, dict) or not table.keys() >= {"version", "checksum"}:
        raise WrongInputError(Fault("is not a lock file of voidgen", file, remedy=RESTORE))
    version = table.get("version")
    if type(version) is not int or version != VERSION:
        what = f"expected version {VERSION} of the file, got {show(version)}"
        remedy = "use the voidgen that wrote it, or remove it and run `voidgen lock`"
        raise WrongInputError(Fault(what, file, remedy=remedy))
    if secret := credentials.secret_in(data.decode()):
        raise WrongInputError(Fault(f"has a URL with {secret}", file, remedy=credentials.LOCKED))
    rest = {key: value for key, value in table.items() if key not in {"version", "checksum"}}
    return structure(rest, Lock, file)


def dump(lock: Lock) -> bytes:
    """Return the bytes of voidgen.lock: always the same for the same lock."""
    variants = {name: _image(one) for name, one in lock.variants.items()}
    table = {"version": VERSION, **_image(lock), "variants": variants}
    for name in ("inputs", "variants"):
        if not table[name]:
            del table[name]
    members = [f"  {json.dumps(kebab(key))}: {_value(item, 1)}" for key, item in table.items()]
    body = ("{\n" + ",\n".join(members) + ",\n").encode()
    return body + f'  "checksum": "{sri.of_bytes(body)}"\n}}\n'.encode()


def _image(image: Lock | OfVariant) -> dict[str, Any]:
    """Return what the lock has of an image, without what is not recorded."""
    table = attrs.asdict(image, filter=lambda field, _: field.name != "variants")
    for name in ("closure", "iso"):
        if not table[name]:
            del table[name]
    for name in ("services", "enabled", "programs"):
        if image.xbps and getattr(image.xbps, name) is None:
            del table["xbps"][name]
    if image.xbps:
        # A request has the keys of voidgen.toml only if they differ from the defaults.
        asked = table["xbps"]["request"]
        table["xbps"]["request"] = {key: one for key, one in asked.items() if one is not None}
    return table


def _value(value: Any, depth: int) -> str:
    """Return ``value`` as JSON; each member of a table or list is on a line of its own."""
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict) and value:
        lines = [
            f"{json.dumps(kebab(key))}: {_value(item, depth + 1)}" for key, item in value.items()
        ]
        begin, end = "{", "}"
    elif isinstance(value, tuple) and value:
        lines = [json.dumps(item, ensure_ascii=False) for item in value]
        begin, end = "[", "]"
    else:
        return json.dumps(value, ensure_ascii=False)
    return f"{begin}\n{inner}" + f",\n{inner}".join(lines) + f"\n{outer}{end}"
