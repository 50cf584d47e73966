"""flake.lock, as Nix writes it (Nix manual, "Lock files"): reading only."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from attrs import frozen

from voidgen import regular
from voidgen.errors import Fault, WrongInputError, raise_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from voidgen.plan import Plan

FILE = "flake.lock"
LARGEST = 1 << 26
"""Bytes; the lock of a hundred thousand inputs would be smaller."""

RESTORE = "restore it with git, or remove it and run `voidgen lock`"

_FORGES = ("github", "gitlab", "sourcehut")
_REPOSITORIES = (*_FORGES, "git", "hg")


@frozen
class Input:
    """A flake input: where it comes from, and what it is locked to (empty: not locked).

    ``rev`` is its commit, or its narHash where it has none; ``date`` that of the commit, in UTC;
    ``hash`` the narHash; ``url`` the flake reference of exactly these bytes.
    """

    name: str
    reference: str
    rev: str = ""
    date: str = ""
    hash: str = ""
    url: str = ""


def inputs(folder: Path, plan: Plan) -> list[Input]:
    """The inputs of the emitted flake, with what flake.lock says of them.

    Raises WrongInputError where flake.lock is not what Nix writes, and where an entry does not
    pin its bytes.
    """
    locked = _locked(folder / FILE)
    return [Input(name, where, **locked.get(name, {})) for name, where in references(plan).items()]


def locked(folder: Path, name: str) -> dict[str, Any]:
    """The attributes that pin input ``name``, as Nix wrote them."""
    lock = json.loads((folder / FILE).read_bytes())
    found: dict[str, Any] = lock["nodes"][lock["nodes"][lock["root"]]["inputs"][name]]["locked"]
    return found


def references(plan: Plan) -> dict[str, str]:
    """The emitted flake's inputs, by name, as voidgen.toml writes them."""
    found = {}
    if not plan.config.nix.nixpkgs.startswith("./"):
        found["nixpkgs"] = plan.config.nix.nixpkgs
    if plan.config.mklive:
        found["mklive"] = plan.config.mklive.source
    return found


def url(locked: Mapping[str, Any]) -> str:
    """The flake reference of a lock's entry (Nix manual, "Flake references")."""
    kind = str(locked["type"])
    query = {
        key: _text(locked[key])
        for key in ("dir", "host", "ref", "rev", "narHash", "shallow", "submodules", "lfs")
        if key in locked
    }
    if kind in {"git", "hg"}:
        # No Nix reads it there, and some take it for a part of the repository's URL.
        query.pop("narHash", None)
    if kind in _FORGES:
        parts = (locked["owner"], locked["repo"], query.pop("rev"))
        place = f"{kind}:{'/'.join(quote(str(part), safe='') for part in parts)}"
    elif kind == "path":
        place = f"path:{quote(str(locked['path']))}"
    else:
        place = f"{kind}+{locked['url']}"
    return f"{place}{'&' if '?' in place else '?'}{urlencode(query)}"


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _locked(file: Path) -> dict[str, dict[str, str]]:
    """Each input of the root, as the fields of an `Input`."""
    try:
        lock = json.loads(regular.read(file, LARGEST))
        nodes = lock["nodes"]
        faults = list(_loose(nodes, file))
        pins = {}
        for name, node in nodes[lock["root"]].get("inputs", {}).items():
            locked = nodes[node]["locked"]
            if not faults:
                pins[name] = _pin(locked)
    except FileNotFoundError:
        return {}
    except (
        OSError,
        ValueError,
        ArithmeticError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        raise WrongInputError(Fault("is not a lock file of Nix", file, remedy=RESTORE)) from None
    raise_all(faults)
    return pins


def _pin(locked: Mapping[str, Any]) -> dict[str, str]:
    modified = locked.get("lastModified")
    return {
        "rev": str(locked.get("rev") or locked["narHash"]),
        "date": datetime.fromtimestamp(modified, UTC).date().isoformat() if modified else "",
        "hash": str(locked["narHash"]),
        "url": url(locked),
    }


def _loose(nodes: Mapping[str, Any], file: Path) -> Iterator[Fault]:
    """A fault for each entry, of inputs' inputs too, that does not pin its bytes."""
    for name, node in nodes.items():
        locked = node.get("locked")
        if locked is None:
            continue
        needed = ["narHash", *(["rev"] if locked.get("type") in _REPOSITORIES else [])]
        lacks = [key for key in needed if not locked.get(key)]
        if lacks:
            what = f"{name} is locked without {' and without '.join(lacks)}: its bytes may change"
            yield Fault(what, file, remedy=RESTORE)
