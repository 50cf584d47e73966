"""Whether a plain ``nix build`` of the user's own would work, or why not."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError
from voidgen.nix.setup_faults import fault_in
from voidgen.nix.setup_remedies import Machine
from voidgen.system.process import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.nix.setup_remedies import Remedy

EXPRESSION = 'builtins.seq (builtins.toFile "voidgen-trial" "") (builtins.getFlake "path:/")'
"""Fails after it has used the store and flakes: a flake without a hash is not pure."""
QUESTION = ("nix", "eval", "--expr", EXPRESSION)
WITH_FEATURES = ("--extra-experimental-features", "nix-command flakes")
PLACE = (
    *("nix-instantiate", "--eval", "--json", "--read-write-mode"),
    *("--expr", 'builtins.toFile "voidgen-trial" ""'),
)
"""Prints the path of a file that it adds to the store."""
SECONDS = 5.0


def remedies() -> Iterator[Remedy]:
    """Yield what to do before ``nix build``; nothing if no fault is found."""
    machine = Machine.here()
    for options in ((), WITH_FEATURES):
        try:
            done = run((*QUESTION, *options), cwd=Path("/"), check=False, timeout=SECONDS)
        except TimeoutError:
            return
        except StepFailedError:
            yield machine.remedy("nix")
            return
        said = done.stderr.decode(errors="replace")
        fault = fault_in(said, warnings=True)
        if fault:
            yield machine.remedy(fault, said)
        if fault != "features":
            # Without these features, Nix ends before it opens the store.
            break
    if not fault and is_elsewhere(run(PLACE, cwd=Path("/"), check=False).stdout):
        yield machine.remedy("private-store")


def is_elsewhere(said: bytes | str) -> bool:
    """Return whether the path that `PLACE` printed is not there: Nix's store is somewhere else."""
    try:
        return not os.path.lexists(json.loads(said))
    except ValueError:
        return False
