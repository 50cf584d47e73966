"""flake.lock, as Nix writes it (Nix manual, "Lock files"): reading only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from voidgen.errors import Fault, WrongInputError, raise_all
from voidgen.nix.flake_ref import FORGES, attributes, spelled, url
from voidgen.system import credentials, untrusted
from voidgen.system.files import read_regular_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from voidgen.plan.plan import Plan

FILE = "flake.lock"
LARGEST = 1 << 26
"""Bytes; the lock of a hundred thousand inputs would be smaller."""

RESTORE = "restore it with git, or remove it and run `voidgen lock`"

_REPOSITORIES = (*FORGES, "git", "hg")


@frozen
class Input:
    """A flake input: where it comes from, and what it is locked to (empty: not locked).

    ``rev`` is its commit, or its narHash where it has none; ``date`` that of the commit, in UTC;
    ``hash`` the narHash; ``url`` the flake reference of exactly these bytes; ``modified`` the
    commit's time (``lastModified``), in seconds since 1970, or 0. Without a commit it is 0, too:
    Nix 2.8 locks no time for an archive, and a folder's is that of one machine.
    """

    name: str
    reference: str
    rev: str = ""
    date: str = ""
    hash: str = ""
    url: str = ""
    modified: int = 0


def inputs(folder: Path, plan: Plan, *, anywhere: bool = False) -> list[Input]:
    """The inputs of the emitted flake, with what flake.lock says of them.

    One that is locked from somewhere else than voidgen.toml says by now is not locked, but with
    ``anywhere``. Raises WrongInputError where flake.lock is not what Nix writes, and where an
    entry does not pin its bytes.
    """
    nodes = _nodes(folder / FILE)
    return [
        Input(name, where, **_pin(nodes[name]["locked"]))
        if name in nodes and (anywhere or _is_from(nodes[name], where))
        else Input(name, where)
        for name, where in references(plan).items()
    ]


def pinned(file: Path) -> list[Input]:
    """The inputs that the lock file ``file`` pins, whatever flake it belongs to."""
    return [Input(name, "", **_pin(node["locked"])) for name, node in _nodes(file).items()]


def locked(folder: Path, name: str) -> dict[str, Any]:
    """The attributes that pin input ``name``, as Nix wrote them."""
    found: dict[str, Any] = _nodes(folder / FILE)[name]["locked"]
    return found


def references(plan: Plan) -> dict[str, str]:
    """The emitted flake's inputs, by name, as voidgen.toml writes them."""
    found = {}
    if not plan.config.nix.nixpkgs.startswith("./"):
        found["nixpkgs"] = plan.config.nix.nixpkgs
    if plan.config.mklive:
        found["mklive"] = plan.config.mklive.source
    return found


def _is_from(node: Mapping[str, Any], reference: str) -> bool:
    expected = attributes(reference)
    original = {key: spelled(value) for key, value in node["original"].items()}
    return not expected or expected == original


def _nodes(file: Path) -> dict[str, dict[str, Any]]:
    """The entry of each input of the root; looked at as far as it is used."""
    try:
        lock = untrusted.parse_json(read_regular_file(file, LARGEST))
        nodes = lock["nodes"]
        faults = [*_loose(nodes, file), *_telling(nodes, file)]
        found = {
            name: {"original": {}, **nodes[node]}
            for name, node in nodes[lock["root"]].get("inputs", {}).items()
        }
        if not faults:
            for node in found.values():
                _pin(node["locked"])
                _is_from(node, "")
    except FileNotFoundError:
        return {}
    except (OSError, *untrusted.GARBLED):
        raise WrongInputError(Fault("is not a lock file of Nix", file, remedy=RESTORE)) from None
    raise_all(faults)
    return found


def _pin(locked: Mapping[str, Any]) -> dict[str, Any]:
    rev = locked.get("rev")
    modified = whole(locked.get("lastModified", 0)) if rev else 0
    return {
        "modified": modified,
        "rev": str(rev or locked["narHash"]),
        "date": datetime.fromtimestamp(modified, UTC).date().isoformat() if modified else "",
        "hash": str(locked["narHash"]),
        "url": url(locked),
    }


def whole(value: Any) -> int:
    """``value``; ValueError where it isn't a whole number that Nix reads as a time."""
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise ValueError(value)
    return value


def _telling(nodes: Mapping[str, Any], file: Path) -> Iterator[Fault]:
    """A fault for each entry, of inputs' inputs too, that has a password or token."""
    for name, node in nodes.items():
        for key in ("locked", "original"):
            # As in the query of a flake reference: an entry has its parts.
            given = " ".join(f"&{part}={value}" for part, value in node.get(key, {}).items())
            if secret := credentials.secret_in(given):
                yield Fault(f"{name} has a URL with {secret}", file, remedy=credentials.LOCKED)
                break


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
