"""A registration of made-up store paths, and Nix's time to load it into an empty database."""

from __future__ import annotations

import hashlib
import random
import shutil
from typing import TYPE_CHECKING

from bench.measure import Measured, measure

if TYPE_CHECKING:
    from pathlib import Path

PATHS, REFERENCES = 2_000, 12_000
"""Of a closure with a browser and an editor."""


def load(folder: Path, runs: int) -> tuple[Measured, Measured]:
    """Loading as the live system does, and as a yardstick reading it all back."""
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


def _text(store: Path) -> str:
    """As `nix-store --load-db` reads it: path, hash, size, deriver, number of references, these."""
    chance = random.Random(1)
    # Nix's base 32 has all hexadecimal digits but e.
    hashes = [_hex(index, 32).replace("e", "z") for index in range(PATHS)]
    paths = [f"{store}/{hash_}-package-{index}" for index, hash_ in enumerate(hashes)]
    lines: list[str] = []
    for index, path in enumerate(paths):
        count = min(index, REFERENCES // PATHS)
        needs = sorted(chance.sample(paths[:index], count))
        lines += [path, f"sha256:{_hex(-index, 64)}", "1048576", "", str(count), *needs]
    return "".join(f"{line}\n" for line in lines)


def _hex(seed: int, digits: int) -> str:
    return hashlib.sha256(str(seed).encode()).hexdigest()[:digits]
