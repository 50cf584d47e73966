"""The files of mklive's job that depend on what Nix built. Standard library only.

`plan/mklive_job.py` makes the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voidgen.lock import epoch
from voidgen.plan.job_format import CLOSURE, SEPARATOR, lines

if TYPE_CHECKING:
    from pathlib import Path, PurePath


class Parts(NamedTuple):
    """What the job names: store paths, and the ``repository`` of links to the locked packages.

    ``default`` is the flake's output, ``snapshot`` the content of voidgen.json in the ISO.
    """

    default: Path
    mklive: Path
    repository: Path
    snapshot: bytes


def include(default: Path) -> Path:
    """Return the overlay as Nix built it, which is in the folder of the machine's store."""
    return (default / "include").resolve()


def store_paths(default: Path) -> tuple[str, ...]:
    """Return the closure."""
    return tuple((default / "store-paths").read_text().split())


def files(parts: Parts, owner: str) -> dict[str, bytes]:
    """Return the files of the job by name; ``owner`` (``UID:GID``) will own the results.

    Raises OSError if one of ``parts`` cannot be read.
    """
    overlay = include(parts.default)
    return {
        "include": lines([_inside(overlay)]),
        "mklive": lines([_inside(parts.mklive)]),
        "store": lines([str(overlay.parent).lstrip("/")]),
        "store-paths": lines(path.rpartition("/")[2] for path in store_paths(parts.default)),
        "registration": (parts.default / "registration").read_bytes(),
        "snapshot": parts.snapshot,
        "owner": lines([owner]),
        **packages(parts.repository),
    }


def packages(repository: Path) -> dict[str, bytes]:
    """Return the ``repository``'s indexes, and a line for each package: its file and name."""
    links = sorted(repository.glob("*.xbps"))
    found = (SEPARATOR.join((_inside(one.readlink()), one.name)) for one in links)
    indexes = {one.name: one.read_bytes() for one in repository.glob("*-repodata")}
    return {"packages": lines(found), **indexes}


def environment(without_date: bytes, source_date: int) -> dict[str, str]:
    """Return the whole environment of mklive and its tools.

    ``without_date`` is the plan's file, ``source_date`` the time of the files that they make.
    """
    pairs = (line.partition("=") for line in without_date.decode().splitlines())
    return {**{name: value for name, _, value in pairs}, epoch.VARIABLE: str(source_date)}


def _inside(path: PurePath) -> str:
    """Return the path in the job's root for a path of the machine's store."""
    return f"{CLOSURE}/{path.name}"
