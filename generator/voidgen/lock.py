"""flake.lock, as Nix writes it (Nix manual, "Lock files"): reading only."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from voidgen.errors import Fault, WrongInputError

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.plan import Plan

FILE = "flake.lock"


@frozen
class Input:
    """A flake input: where it comes from, and what it is locked to (empty: not locked)."""

    name: str
    reference: str
    rev: str = ""
    date: str = ""


def inputs(folder: Path, plan: Plan) -> list[Input]:
    """The inputs of the emitted flake, with what flake.lock says of them.

    Raises WrongInputError where flake.lock is not what Nix writes.
    """
    locked = _locked(folder / FILE)
    wanted = {}
    if not plan.config.nix.nixpkgs.startswith("./"):
        wanted["nixpkgs"] = plan.config.nix.nixpkgs
    if plan.config.mklive:
        wanted["mklive"] = plan.config.mklive.source
    return [Input(name, source, *locked.get(name, ("", ""))) for name, source in wanted.items()]


def unlocked(folder: Path, plan: Plan) -> list[str]:
    """Names of the inputs that flake.lock does not have."""
    return [found.name for found in inputs(folder, plan) if not found.rev]


def _pin(locked: dict[str, Any]) -> tuple[str, str]:
    rev = str(locked.get("rev") or locked.get("narHash") or "")
    modified = locked.get("lastModified")
    return rev, datetime.fromtimestamp(modified, UTC).date().isoformat() if modified else ""


def _locked(file: Path) -> dict[str, tuple[str, str]]:
    """Revision and date of each input of the root."""
    try:
        lock = json.loads(file.read_bytes())
        nodes = lock["nodes"]
        root = nodes[lock["root"]].get("inputs", {})
        return {name: _pin(nodes[node]["locked"]) for name, node in root.items()}
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
        remedy = "restore it with git, or remove it and run `nix flake lock`"
        raise WrongInputError(Fault("is not a lock file of Nix", file, remedy=remedy)) from None
