"""voidgen.lock on disk: JSON, sorted, an entry a line, its own checksum last.

The checksum makes every change that voidgen did not make an error, one flipped bit or a merge
of two locks alike: either is a set of packages that nobody resolved.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import attrs

from voidgen.errors import Fault, WrongInputError, unreadable
from voidgen.lock.types import Lock
from voidgen.schema.structure import kebab, show, structure
from voidgen.system import credentials, sri, untrusted
from voidgen.system.files import read_regular_file

if TYPE_CHECKING:
    from pathlib import Path

FILE = "voidgen.lock"
VERSION = 1
LARGEST = 1 << 26
"""Bytes; the lock of a hundred thousand packages would be smaller."""

RESTORE = "restore it with git, or remove it and run `voidgen lock`"

_END = re.compile(rb'  "checksum": "(sha256-[^"\n]*)"\n\}\n')


def read(folder: Path) -> Lock | None:
    """The lock of the project in ``folder``; None where there is no file.

    Raises WrongInputError where it is not, to the last byte, what voidgen wrote, and where it is
    no regular file or over `LARGEST`.
    """
    file = folder / FILE
    try:
        data = read_regular_file(file, LARGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WrongInputError(unreadable(error, file)) from None
    return parse(data, file)


def parse(data: bytes, file: Path) -> Lock:
    """The lock that ``data`` holds; ``file`` is for the messages of WrongInputError."""
    end = _END.search(data)
    if not end or end.end() != len(data) or end[1] != sri.of_bytes(data[: end.start()]).encode():
        what = "is not as voidgen wrote it: damaged, edited, or merged from two"
        raise WrongInputError(Fault(what, file, remedy=RESTORE))
    try:
        # No value needs an escape, and some stand for what no text can hold.
        table: object = None if b"\\" in data else untrusted.parse_json(data.decode())
    except ValueError:
        table = None
    if not isinstance(table, dict) or not table.keys() >= {"version", "checksum"}:
        raise WrongInputError(Fault("is no lock", file, remedy=RESTORE))
    version = table.get("version")
    if type(version) is not int or version != VERSION:
        what = f"has version {show(version)}, and this voidgen reads version {VERSION}"
        remedy = "use the voidgen that wrote it, or remove it and run `voidgen lock`"
        raise WrongInputError(Fault(what, file, remedy=remedy))
    if secret := credentials.secret_in(data.decode()):
        raise WrongInputError(Fault(f"has a URL with {secret}", file, remedy=credentials.LOCKED))
    rest = {key: value for key, value in table.items() if key not in {"version", "checksum"}}
    return structure(rest, Lock, file)


def dump(lock: Lock) -> bytes:
    """The bytes of voidgen.lock: the same lock gives the same bytes, everywhere."""
    table = {"version": VERSION, **attrs.asdict(lock)}
    for name in ("inputs", "closure", "iso"):
        if not table[name]:
            del table[name]
    members = [f"  {json.dumps(kebab(key))}: {_value(item, 1)}" for key, item in table.items()]
    body = ("{\n" + ",\n".join(members) + ",\n").encode()
    return body + f'  "checksum": "{sri.of_bytes(body)}"\n}}\n'.encode()


def _value(value: Any, depth: int) -> str:
    """JSON; a table and a list get a line for each of their members, a list's element one."""
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
