"""Makes two closures of invented store paths in a separate store, and measures comparing them."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from bench.measure import Measured, measure
from bench.registration import entry
from bench.registration import path as store_path

REFERENCES = 6
"""References of each path, as in nixpkgs."""
MOVED = 10
"""Number of packages of which one has another version in the second closure."""


def compare(folder: Path, paths: int, runs: int) -> tuple[Measured, Measured]:
    """Measure `voidgen diff` and `nix store diff-closures` with closures of ``paths`` paths."""
    # In a separate process: this process's memory would count as that of the programs it runs.
    make = [sys.executable, "-m", "bench.closures", str(folder), str(paths)]
    tops = subprocess.run(make, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    env = ["env", f"NIX_STORE_DIR={folder / 'store'}", f"NIX_STATE_DIR={folder / 'state'}"]
    load = ["sh", "-c", f"nix-store --load-db < {folder / 'registration'}"]
    subprocess.run([*env, *load], check=True, stderr=subprocess.DEVNULL)
    voidgen = [*env, sys.executable, "-m", "voidgen", "--quiet", "diff", *tops]
    nix = [*env, "nix", "--extra-experimental-features", "nix-command"]
    ours = measure(voidgen, cwd=folder, runs=runs)
    theirs = measure([*nix, "store", "diff-closures", *tops], cwd=folder, runs=runs)
    return ours, theirs


def make(folder: Path, paths: int) -> None:
    """Write the files and the registration of both closures; print their top paths."""
    store = folder / "store"
    store.mkdir(parents=True)
    first, second = _closure(store, paths, moved=False), _closure(store, paths, moved=True)
    entries = [entry(path, needs) for path, needs in (first | second).items()]
    (folder / "registration").write_text("".join(entries))
    print(*(next(reversed(one)) for one in (first, second)))


def _closure(store: Path, count: int, *, moved: bool) -> dict[Path, list[Path]]:
    """Make paths of one file each, with their references; the last one needs all."""
    chance = random.Random(1)
    found: dict[Path, list[Path]] = {}
    names: list[Path] = []
    for index in range(count):
        version = 2 if moved and index % MOVED == 0 else 1
        needs = chance.sample(names, min(REFERENCES, len(names)))
        # A path has another hash if its references differ.
        path = store_path(store, f"{index} {version} {needs}", f"package{index}-{version}")
        path.write_text(path.name)
        names.append(path)
        found[path] = needs
    top = store_path(store, str(moved), "top-1")
    top.write_text(top.name)
    found[top] = names
    return found


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
