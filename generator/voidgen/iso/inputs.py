"""Hash all inputs of an ISO, to know without Nix whether there is anything to do."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from voidgen.config.types import Container
from voidgen.lock import voidgen_lock as lock_file
from voidgen.system import git, sri
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voidgen.lock.state import Pins
    from voidgen.project import Project
SCRIPTS = Path(__file__).with_name("scripts")


def digest(project: Project, pins: Pins, source_date: int) -> str:
    """Return the hash (SRI) of the emitted files, the locks and a local package set.

    Equal hashes mean equal ISOs: ``source_date`` is in the hash, and Nix and the locks pin the
    rest.
    """
    parts = [*_of_flake(project, pins), ("source date", str(source_date).encode())]
    if pins.lock:
        # The recorded hashes of the closure and the ISO are not inputs.
        bare = attrs.evolve(pins.lock, closure=None, iso=None)
        parts.append((lock_file.FILE, lock_file.dump(bare)))
    return _hash(parts)


def flake_digest(project: Project, pins: Pins) -> str:
    """Return the hash (SRI) of all inputs of the flake's outputs."""
    return _hash(_of_flake(project, pins))


def scripts() -> dict[str, bytes]:
    """Return the scripts that run in the container, by name."""
    return {file.name: file.read_bytes() for file in sorted(SCRIPTS.iterdir())}


def _hash(parts: Iterable[tuple[str, bytes]]) -> str:
    whole = hashlib.sha256()
    for name, data in parts:
        whole.update(f"{name}\0{len(data)}\0".encode())
        whole.update(data)
    return sri.of_digest(whole.digest())


def _of_flake(project: Project, pins: Pins) -> Iterator[tuple[str, bytes]]:
    # What runs mklive changes nothing in the image, so an ISO is current for every engine. The
    # container's image is in voidgen.lock.
    config = attrs.evolve(project.plan.config, container=Container())
    same = attrs.evolve(project, plan=attrs.evolve(project.plan, config=config))
    for path, node in same.tree_of_image().items():
        if isinstance(node, File):
            yield f"{path} {node.mode:o} {node.owner} {node.group}", node.data
    for entry in pins.entries:
        yield "flake.lock", repr(entry.bound).encode()
    if project.plan.config.nix.local():
        # Local package sets and overlays may read each file of the flake: those that git tracks.
        for name in git.tracked(project.folder):
            if name == lock_file.FILE:
                continue  # `digest` hashes its parsed content.
            file = project.folder / name
            if file.is_symlink():
                yield f"link {name}", os.fsencode(os.readlink(file))  # noqa: PTH115
            elif file.is_file():
                yield f"file {name} {file.stat().st_mode & 0o100:o}", file.read_bytes()
