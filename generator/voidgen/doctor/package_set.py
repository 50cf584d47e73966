"""Check that the installed Nix can read the package sets."""

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

    from voidgen.config.nix import PackageSet
    from voidgen.config.types import Config
    from voidgen.doctor.host import Host

NAME = "package set"
ENOUGH = (2, 18)
"""The Nix that nixpkgs needs from 25.11 on (its release notes, "Backward Incompatibilities")."""


def check(host: Host, folder: Path | None, settings: Config | None) -> Iterator[Outcome]:
    """Ask each package set which Nix it needs, if it is on this machine; never fetch it."""
    answer = host.ask(["nix", "--version"])
    found = re.findall(r"(\d+)\.(\d+)", answer.out)
    if answer.status != 0 or not found:
        return  # The check of Nix has failed already.
    sets = settings.nix.every_set() if folder and settings else {}
    trees = [_tree(host, folder, name, one) for name, one in sets.items() if folder and one.nixpkgs]
    answers = [host.ask(requirements.question(tree)).out for tree in trees if tree]
    lacks = next(filter(None, (requirements.answer(one.encode()) for one in answers)), "")
    if lacks:
        yield Outcome(NAME, "failed", lacks, lines("nix-for-nixpkgs", host.family()))
    elif trees and None not in trees:
        yield Outcome(NAME, "passed", f"this Nix can read {'it' if len(trees) == 1 else 'all'}")
    elif tuple(map(int, found[-1])) < ENOUGH:
        what = f"nixpkgs from 25.11 on needs Nix 2.18 or later, but this is {'.'.join(found[-1])}"
        yield Outcome(NAME, "warning", what, lines("nix-for-nixpkgs", host.family()))
    elif settings:
        yield Outcome(NAME, "skipped", "not fetched yet: `voidgen lock` fetches and checks it")


def _tree(host: Host, folder: Path, name: str, one: PackageSet) -> Path | None:
    """Return the folder of the set ``name``, in project or store; None if it is not there."""
    if one.is_folder:
        return folder / one.source
    try:
        locked = flake_lock.locked(folder, name)
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
