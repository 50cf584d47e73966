"""Check the image's closure: its fingerprint, and that its store paths are undamaged."""

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


def fingerprint(hashes: Mapping[str, str]) -> str:
    """Return the hash (SRI) of a closure, which is given as narHashes (SRI) by store path.

    It covers a line "NAME HASH" for each path, sorted by name, so it does not depend on the
    store's folder (docs/reference/voidgen.lock.md).
    """
    lines = sorted(f"{path.rpartition('/')[2]} {hash_}\n" for path, hash_ in hashes.items())
    return sri.of_digest(hashlib.sha256("".join(lines).encode()).digest())


def recorded(project: Project, pins: Pins, top: str) -> Outcome:
    """Check that the closure of ``top`` has the fingerprint that voidgen.lock records."""
    name = "the closure matches voidgen.lock"
    found = pins.lock.closure if pins.lock else None
    if found is None:
        return Outcome(
            name, "skipped", f"voidgen.lock has no hash of the closure: {recording.REMEDY}"
        )
    if found.of != inputs.flake_digest(project, pins):
        what = f"the hash in voidgen.lock is of a closure with other inputs: {recording.REMEDY}"
        return Outcome(name, "skipped", what)
    now = fingerprint(store_paths.nar_hashes(top))
    if now == found.fingerprint:
        return Outcome(name, "passed", now)
    lines = f"recorded: {found.fingerprint}\nhere: {now}"
    return Outcome(name, "failed", "the same inputs gave other bytes", lines)


def record(project: Project, pins: Pins, top: str) -> Outcome:
    """Write the fingerprint of the closure of ``top`` into voidgen.lock."""
    found = Closure(inputs.flake_digest(project, pins), fingerprint(store_paths.nar_hashes(top)))
    lock = attrs.evolve(pins.lock or Lock(), closure=found)
    recording.write(project, pins, lock)
    return Outcome("the closure's hash is recorded", "passed", found.fingerprint)


def verified(top: str) -> Outcome:
    """Check that every path of the closure has the hash that Nix's database has for it."""
    name = "store paths are undamaged"
    done = store_paths.verify([top])
    if not done.status:
        return Outcome(name, "passed")
    messages = done.stderr.decode(errors="replace").strip()
    remedy = "repair each path with `nix store repair PATH`"
    return Outcome(name, "failed", remedy, messages)


def named(top: str, names: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the derivations of the closure's paths with one of ``names``, and unknown names.

    The derivations are by store path. A name is that of a store path, with or without its
    version, or ``all``.
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
