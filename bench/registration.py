"""Measures how long Nix takes to load invented store paths into an empty database."""

from __future__ import annotations

import hashlib
import random
import shutil
from typing import TYPE_CHECKING

from bench.measure import Measured, measure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PATHS, REFERENCES = 2_000, 12_000
"""Store paths of a closure with a browser and an editor."""


def load(folder: Path, runs: int) -> tuple[Measured, Measured]:
    """Measure loading as the live system does, and reading everything back, to compare."""
    store, state, file = folder / "store", folder / "state", folder / "registration"
    store.mkdir(parents=True)
    file.write_text(_text(store))
    nix = f"NIX_STORE_DIR={store} NIX_STATE_DIR={state} nix-store"
    loaded = measure(
        ["sh", "-c", f"{nix} --load-db < {file}"], cwd=folder, runs=runs,
        before=lambda: shutil.rmtree(state, ignore_errors=True),
    )  # fmt: skip
    dumped = measure(["sh", "-c", f"{nix} --dump-db"], cwd=folder, runs=runs)
    return loaded, dumped


def path(store: Path, seed: str, name: str) -> Path:
    """Return a store path, with a hash made from ``seed``."""
    # Nix's base 32 has all hexadecimal digits except e.
    digest = hashlib.sha256(seed.encode()).hexdigest()[:32].replace("e", "z")
    return store / f"{digest}-{name}"


def entry(path: Path, needs: Sequence[Path]) -> str:
    """Return an entry for `nix-store --load-db`: path, hash, size, deriver, references."""
    nar_hash = hashlib.sha256(path.name.encode()).hexdigest()
    lines = [path, f"sha256:{nar_hash}", "1048576", "", len(needs), *needs]
    return "".join(f"{line}\n" for line in lines)


def _text(store: Path) -> str:
    chance = random.Random(1)
    paths = [path(store, str(index), f"package-{index}") for index in range(PATHS)]
    each = ((one, min(index, REFERENCES // PATHS)) for index, one in enumerate(paths))
    return "".join(
        entry(one, sorted(chance.sample(paths[:index], count)))
        for index, (one, count) in enumerate(each)
    )
