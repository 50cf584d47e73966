"""flake.lock's entries, of inputs' inputs too, as voidgen.lock binds them. Pure.

An entry is the same whichever Nix release wrote it. Nix 2.8 differs from later releases in how it
spells a branch and a folder of a repository; the other differences are in `DERIVED`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping  # noqa: TC003 - cattrs reads it
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen.errors import Fault, WrongInputError, raise_all
from voidgen.lock.flake_lock import RESTORE
from voidgen.lock.types import FlakeInput
from voidgen.schema import typed_json
from voidgen.schema.structure import structure
from voidgen.system import sri
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from pathlib import Path

VERSION = 7
"""The version of flake.lock that every Nix from 2.8 on writes."""
DERIVED = ("__final", "narHash", "lastModified", "revCount")
"""Attributes of a locked reference that follow from what it fetches."""

_KEYS = {"hash": "narHash", "modified": "lastModified"}


@frozen
class Entry:
    """An input of flake.lock; ``reference`` is JSON: the attributes that Nix fetches it by."""

    bound: FlakeInput
    reference: str


def parse(data: bytes, file: Path) -> tuple[Entry, ...]:
    """Return the entries of flake.lock's bytes, sorted by name; without bytes, there are none.

    Raises WrongInputError if ``data`` is not what Nix writes; ``file`` is for its messages.
    """
    if not data:
        return ()
    try:
        lock = typed_json.read(data, _LockFile, unique=True)
        names = _names({name: _inputs(node) for name, node in lock.nodes.items()}, lock.root)
        nodes = {node: typed_json.structure(lock.nodes[node], _Node) for node in names}
    except GarbledError:
        raise WrongInputError(Fault("is not a lock file of Nix", file, remedy=RESTORE)) from None
    if type(lock.version) is not int or lock.version != VERSION:
        what = f"isn't version {VERSION} of Nix's lock file"
        raise WrongInputError(Fault(what, file, remedy=RESTORE))
    faults: list[Fault] = []
    found = []
    for node, name in names.items():
        try:
            found.append(_entry(nodes[node], lock.nodes[node], name, names, file))
        except WrongInputError as error:
            faults += [_located(fault, node) for fault in error.faults]
    raise_all(faults)
    return tuple(sorted(found, key=lambda entry: entry.bound))


@frozen
class _LockFile:
    """The nodes stay JSON: voidgen.lock also binds the keys that `_Node` does not have."""

    nodes: Mapping[str, Mapping[str, object]]
    root: str
    version: object = None


@frozen
class _Inputs:
    """The inputs of a node; a list is a way from the root to another input's node ("follows")."""

    inputs: Mapping[str, str | tuple[str, ...]] = MappingProxyType({})


@frozen
class _Node:
    locked: Mapping[str, object]
    original: Mapping[str, object]

    def __attrs_post_init__(self) -> None:
        for reference in (self.locked, self.original):
            if not all(isinstance(reference.get(key, ""), str) for key in ("ref", "url")):
                raise GarbledError("ref or url is not a string")
        if "narHash" not in self.locked:
            raise GarbledError("narHash is missing")


def _inputs(node: Mapping[str, object]) -> _Inputs:
    return typed_json.structure(node, _Inputs)


def _names(nodes: Mapping[str, _Inputs], root: str) -> dict[str, str]:
    """Return the name of every node that the root needs: the shortest way to it, by input names."""
    found = {root: ""}
    for node, name in (waiting := [(root, "")]):
        if node not in nodes:
            raise GarbledError(f"has no node {node!r}")
        for key, to in sorted(nodes[node].inputs.items()):
            if isinstance(to, str) and to not in found:
                found[to] = f"{name}/{key}".removeprefix("/")
                waiting.append((to, found[to]))
    del found[root]
    return found


def _entry(
    node: _Node, whole: Mapping[str, object], name: str, names: Mapping[str, str], file: Path
) -> Entry:
    """Return the input ``name``; ``whole`` is all that flake.lock says of it."""
    locked = node.locked
    reference = {key: value for key, value in _spelled(locked).items() if key not in DERIVED}
    # Named by what it is, not by the key that Nix gave it among all nodes.
    inputs = {
        key: names[to] if isinstance(to, str) else to for key, to in _inputs(whole).inputs.items()
    }
    rest = {**whole, "inputs": inputs, "locked": reference, "original": _spelled(node.original)}
    table = {
        "name": name,
        "rev": locked.get("rev", ""),
        "hash": locked["narHash"],
        "modified": locked.get("lastModified", 0),
        "entry": sri.of_bytes(_json(rest).encode()),
    }
    # Nix's fetchers don't know `dir`: it says where in the tree the flake is.
    fetched = _json({key: value for key, value in reference.items() if key != "dir"})
    return Entry(structure(table, FlakeInput, file), fetched)


def _spelled(attributes: Mapping[str, object]) -> dict[str, object]:
    """Return a reference's attributes in the form that Nix 2.8 and the latest release share."""
    found = dict(attributes)
    if "ref" in found:
        found["ref"] = str(found["ref"]).removeprefix("refs/heads/")
    if "dir" in found and "url" in found:
        found["url"] = re.sub(r"\?dir=[^&]*\Z", "", str(found["url"]))
    return found


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _located(fault: Fault, node: str) -> Fault:
    """Return the fault with its place in flake.lock."""
    (key,) = fault.key
    return evolve(fault, key=("nodes", node, "locked", _KEYS.get(str(key), key)), remedy=RESTORE)
