"""A small voidgen.lock, and forgeries of it whose checksum is right."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from tests.support.lock import IMAGE, flake_input, forged, lock, package

from voidgen.errors import Fault, WrongInputError
from voidgen.lock import voidgen_lock as lock_file

FILE = Path("voidgen.lock")
INPUTS = (flake_input("nixpkgs"), flake_input("nixpkgs/systems", ""))
SMALL = evolve(
    lock([package("acl-2.3.2_1"), package("bash-5.2_1", "noarch")], IMAGE), inputs=INPUTS
)
DATA = lock_file.dump(SMALL)
BODY = DATA[: DATA.rindex(b'  "checksum"')]
EDITED = "differs from what voidgen wrote: it is damaged, edited, or merged from two versions"


def refused(data: bytes) -> Sequence[Fault]:
    with pytest.raises(WrongInputError) as caught:
        lock_file.parse(data, FILE)
    assert all(fault.file == FILE for fault in caught.value.faults)
    return caught.value.faults


def key_of(path: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdigit() else part for part in path.split("."))


def forge(change: Callable[[Any], object]) -> bytes:
    """The small lock with a change that its checksum covers."""
    table = json.loads(DATA)
    del table["checksum"]
    change(table)
    return forged(
        json.dumps(table, indent=2, ensure_ascii=False).removesuffix("\n}").encode() + b",\n"
    )


def put(path: str, value: Any) -> bytes:
    """The small lock with another value at a path."""
    *above, last = (int(part) if part.isdigit() else part for part in path.split("."))

    def change(table: Any) -> None:
        for part in above:
            table = table[part]
        table[last] = value

    return forge(change)
