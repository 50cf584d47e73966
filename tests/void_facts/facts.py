"""Queries of the recorded facts about Void's packages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.void_facts.named import dependency
from tests.void_facts.recipes import MACHINES

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(__file__).parent
PACKAGES: dict[str, dict[str, Any]] = json.loads((FOLDER / "packages.json").read_text())["packages"]
UPSTREAM: dict[str, Any] = json.loads((FOLDER / "upstream.json").read_text())


def machines(name: str) -> set[str]:
    """Return the machines for which the package ``name`` exists."""
    return set(PACKAGES[name].get("machines", MACHINES))


def closure(names: Iterable[str], machine: str) -> set[str]:
    """Return ``names`` and their dependencies in recipes, without shared libraries' packages."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found or name not in PACKAGES:
            continue
        found.add(name)
        facts = PACKAGES[name]
        wanted = (*facts.get("depends", ()), *facts.get("depends of", {}).get(machine, ()))
        waiting += [other for other in map(dependency, wanted) if other]
    return found


def services(name: str) -> set[str]:
    """Return the services whose ``/etc/sv/NAME`` is in the package ``name``."""
    upstream = UPSTREAM["services"].get(name, {"services": ()})["services"]
    return {*PACKAGES[name].get("services", ()), *upstream}


def owner(path: str) -> str:
    """Return the package that has ``path``, or an empty text if it is unknown."""
    if path in UPSTREAM["files"]:
        return str(UPSTREAM["files"][path]["package"])
    owners = (name for name, facts in PACKAGES.items() if path in facts.get("files", ()))
    return next(owners, "")
