"""Git inputs of the flake: Nix sets no limit for git to connect to a host that does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.lock import flake_lock
from voidgen.nix import fetchers, git_hosts, limits

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from voidgen.plan.plan import Plan
    from voidgen.progress import Progress


def fetch(folder: Path, plan: Plan, progress: Progress) -> None:
    """Fetch the git inputs that flake.lock in ``folder`` pins, so that Nix finds them in its store.

    Raises UnreachableError if a host does not answer in time.
    """
    for name in flake_lock.references(plan):
        locked = flake_lock.locked(folder, name)
        if locked and locked.get("type") == "git":
            with progress.step(f"fetching{limits.CHECK.note} {name}"):
                fetchers.fetch_tree(locked, limits.FETCH)


def check(plan: Plan, names: Collection[str], progress: Progress) -> None:
    """Raise UnreachableError if the host of one of the inputs ``names`` does not answer in time."""
    for name, reference in flake_lock.references(plan).items():
        if name in names and reference.startswith(git_hosts.PREFIX):
            with progress.step(f"looking up{limits.CHECK.note} {reference}"):
                git_hosts.check(reference, limits.CHECK)
