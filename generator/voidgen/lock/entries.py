"""flake.lock's entries, of inputs' inputs too, as voidgen.lock binds them. Pure.

An entry is the same whichever Nix release wrote it. Nix 2.8 differs from later releases in how it
spells a branch and a folder of a repository; the other differences are in `DERIVED`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from voidgen.errors import Fault, WrongInputError, raise_all
from voidgen.lock.flake_lock import RESTORE
from voidgen.lock.types import FlakeInput
from voidgen.schema.structure import structure
from voidgen.system import sri, untrusted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERSION = 7
"""Of flake.lock, as every Nix from 2.8 on writes it."""
DERIVED = ("__final", "narHash", "lastModified", "revCount")
"""Attributes of a locked reference that follow from what it fetches."""

_KEYS = {"hash": "narHash", "modified": "lastModified"}


@frozen
class Entry:
    """An input of flake.lock; ``reference`` is JSON: the attributes that Nix fetches it by."""

    bound: FlakeInput
    reference: str


def parse(data: bytes, file: Path) -> tuple[Entry, ...]:
    """The entries of flake.lock's bytes, sorted by name; none of no bytes.

    Raises WrongInputError where ``data`` is not what Nix writes; ``file`` is for its messages.
    """
    if not data:
        return ()
    try:
        lock = untrusted.parse_json(data, unique=True)
        nodes, root = lock["nodes"], lock["root"]
        version = lock["version"]
        names = _names(nodes, root)
        faults: list[Fault] = []
        found = []
        for node, name in names.items():
            try:
                found.append(_entry(nodes[node], name, names, file))
            except WrongInputError as error:
                faults += [_located(fault, node) for fault in error.faults]
    except untrusted.GARBLED:
        raise WrongInputError(Fault("is not a lock file of Nix", file, remedy=RESTORE)) from None
    if type(version) is not int or version != VERSION:
        what = f"isn't version {VERSION} of Nix's lock file"
        raise WrongInputError(Fault(what, file, remedy=RESTORE))
    raise_all(faults)
    return tuple(sorted(found, key=lambda entry: entry.bound))


def _names(nodes: Mapping[str, Any], root: str) -> dict[str, str]:
    """The name of every node that the root needs: the shortest way to it, by input names."""
    found = {root: ""}
    for node, name in (waiting := [(root, "")]):
        for key, to in sorted(nodes[node].get("inputs", {}).items()):
            # A list is a way from the root to another input's node ("follows").
            if isinstance(to, str) and to not in found:
                found[to] = f"{name}/{key}".removeprefix("/")
                waiting.append((to, found[to]))
    del found[root]
    return found


def _entry(node: Mapping[str, Any], name: str, names: Mapping[str, str], file: Path) -> Entry:
    locked = node["locked"]
    reference = {key: value for key, value in _spelled(locked).items() if key not in DERIVED}
    # Named by what it is, not by the key that Nix gave it among all nodes.
    inputs = {
        key: names[to] if isinstance(to, str) else to for key, to in node.get("inputs", {}).items()
    }
    rest = {**node, "inputs": inputs, "locked": reference, "original": _spelled(node["original"])}
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


def _spelled(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """A reference's attributes as Nix 2.8 and the latest release would both have them."""
    found = dict(attributes)
    if "ref" in found:
        found["ref"] = found["ref"].removeprefix("refs/heads/")
    if "dir" in found and "url" in found:
        found["url"] = re.sub(r"\?dir=[^&]*\Z", "", found["url"])
    return found


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _located(fault: Fault, node: str) -> Fault:
    """The fault at its place in flake.lock."""
    (key,) = fault.key
    return evolve(fault, key=("nodes", node, "locked", _KEYS.get(str(key), key)), remedy=RESTORE)
