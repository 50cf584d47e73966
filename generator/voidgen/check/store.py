"""What is checked of the image's closure: its fingerprint, and that its bytes are whole."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import attrs

from voidgen.check import recording
from voidgen.iso import inputs
from voidgen.lock.types import Closure, Lock
from voidgen.nix import store_paths
from voidgen.nix.version import store_name
from voidgen.outcome.types import Outcome
from voidgen.system import sri

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voidgen.lock.state import Pins
    from voidgen.project import Project

RECORD = "`voidgen check --record` writes it"


def fingerprint(hashes: Mapping[str, str]) -> str:
    """The hash (SRI) of a closure, given as narHashes (SRI) by store path.

    It is that of a line "NAME HASH" for each path, by the order of the names, wherever the store
    is (docs/reference/voidgen.lock.md).
    """
    lines = sorted(f"{path.rpartition('/')[2]} {hash_}\n" for path, hash_ in hashes.items())
    return sri.of_digest(hashlib.sha256("".join(lines).encode()).digest())


def recorded(project: Project, pins: Pins, top: str) -> Outcome:
    """Whether the closure of ``top`` is the one that voidgen.lock says was built from the same."""
    name = "the closure is the recorded one"
    found = pins.lock.closure if pins.lock else None
    if found is None:
        return Outcome(name, "skipped", f"none is recorded: {RECORD}")
    if found.of != inputs.flake_digest(project, pins):
        return Outcome(name, "skipped", f"what is recorded was built from something else: {RECORD}")
    now = fingerprint(store_paths.nar_hashes(top))
    if now == found.fingerprint:
        return Outcome(name, "passed", now)
    lines = f"recorded: {found.fingerprint}\nhere: {now}"
    return Outcome(name, "failed", "other bytes were built from the same", lines)


def record(project: Project, pins: Pins, top: str) -> Outcome:
    """Write the closure of ``top`` into voidgen.lock."""
    found = Closure(inputs.flake_digest(project, pins), fingerprint(store_paths.nar_hashes(top)))
    lock = attrs.evolve(pins.lock or Lock(), closure=found)
    recording.write(project, pins, lock)
    return Outcome("the closure is recorded", "passed", found.fingerprint)


def verified(top: str) -> Outcome:
    """Whether every path of the closure has the bytes that the store knows it by."""
    name = "the store's paths are whole"
    done = store_paths.verify(top)
    if not done.status:
        return Outcome(name, "passed")
    said = done.stderr.decode(errors="replace").strip()
    remedy = "`nix store repair PATH` mends a path"
    return Outcome(name, "failed", remedy, said)


def named(top: str, names: list[str]) -> tuple[dict[str, str], list[str]]:
    """Derivations of the closure's paths that have one of ``names``, by store path; unknown ones.

    A name is that of a store path, with or without version, or ``all``.
    """
    from voidgen.nix.version import split  # noqa: PLC0415

    paths = [*store_paths.nar_hashes(top)]
    wanted = {
        path
        for path in paths
        for known in (store_name(path), split(store_name(path))[0], "all")
        if known in names
    }
    known = {one for path in paths for one in (store_name(path), split(store_name(path))[0])}
    return store_paths.derivers(wanted), sorted({*names} - known - {"all"})
