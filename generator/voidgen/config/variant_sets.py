"""What a variant can change of [nix.sets]: the overlays of a package set, but not its source. Pure.

All images of a project share one flake, so they share its inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from voidgen.errors import Fault, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voidgen.errors import Key

KEY = "sets"
OVERLAYS = "overlays"


def changed(sets: object, base: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a variant's [nix.sets] can be merged into those of the project, ``base``."""
    if not isinstance(sets, Mapping):
        return {}
    return {
        name: {OVERLAYS: one[OVERLAYS]}
        for name, one in sets.items()
        if name in base and isinstance(one, Mapping) and OVERLAYS in one
    }


def faults(sets: object, base: Mapping[str, Any], file: Path, above: Key) -> Iterator[Fault]:
    """Yield a fault for each key of a variant's [nix.sets] that it cannot have.

    ``base`` is the project's [nix.sets], and ``above`` the place of the variant's.
    """
    if not isinstance(sets, Mapping):
        yield Fault("expected a table", file, above)
        return
    for name, one in sets.items():
        if name not in base:
            what = f"a variant cannot add the package set {name!r}: flake.lock pins all sets"
            near = did_you_mean(name, base) or f"write [nix.{KEY}.{name}] for the whole project"
            yield Fault(what, file, (*above, name), remedy=near)
        elif not isinstance(one, Mapping):
            yield Fault("expected a table", file, (*above, name))
        else:
            for key in one:
                if key != OVERLAYS:
                    what = f"a variant cannot change nix.{KEY}.{name}.{key}, only {OVERLAYS}"
                    remedy = "change it for the whole project"
                    yield Fault(what, file, (*above, name, key), remedy=remedy)
