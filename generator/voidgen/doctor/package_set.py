"""Check that the installed Nix can read the package set."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.doctor.remedies import lines
from voidgen.errors import WrongInputError
from voidgen.lock import flake_lock
from voidgen.nix import requirements
from voidgen.outcome.types import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.config.types import Config
    from voidgen.doctor.host import Host

NAME = "package set"
ENOUGH = (2, 18)
"""The Nix that nixpkgs needs from 25.11 on (its release notes, "Backward Incompatibilities")."""


def check(host: Host, folder: Path | None, settings: Config | None) -> Iterator[Outcome]:
    """Ask the package set which Nix it needs, if it is on this machine; never fetch it."""
    answer = host.ask(["nix", "--version"])
    found = re.findall(r"(\d+)\.(\d+)", answer.out)
    if answer.status != 0 or not found:
        return  # The check of Nix has failed already.
    tree = _tree(host, folder, settings) if folder and settings else None
    if tree:
        lacks = requirements.answer(host.ask(requirements.question(tree)).out.encode())
        if lacks:
            yield Outcome(NAME, "failed", lacks, lines("nix-for-nixpkgs", host.family()))
        else:
            yield Outcome(NAME, "passed", "this Nix can read it")
    elif tuple(map(int, found[-1])) < ENOUGH:
        what = f"nixpkgs from 25.11 on needs Nix 2.18 or later, but this is {'.'.join(found[-1])}"
        yield Outcome(NAME, "warning", what, lines("nix-for-nixpkgs", host.family()))
    elif settings:
        yield Outcome(NAME, "skipped", "not fetched yet: `voidgen lock` fetches and checks it")


def _tree(host: Host, folder: Path, settings: Config) -> Path | None:
    """Return the set's folder, in the project or the store; None if it is not there."""
    named = settings.nix.nixpkgs
    if named.startswith("./"):
        return folder / named
    try:
        locked = flake_lock.locked(folder, "nixpkgs")
    except WrongInputError:
        return None
    if locked is None:
        return None
    # An input's hash determines its store path.
    words = ["nix-hash", "--type", "sha256", "--to-base32", str(locked["narHash"])]
    digits = host.ask(words).out.strip()
    words = ["nix-store", "--print-fixed-path", "--recursive", "sha256", digits, "source"]
    tree = Path(host.ask(words).out.strip()) / str(locked.get("dir", ""))
    return tree if tree.is_absolute() and tree.is_dir() else None
