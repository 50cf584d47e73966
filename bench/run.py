"""``make bench``: measures voidgen's time and memory, compared with a yardstick.

The yardstick is similar work that other programs need, too, measured in the same run. On a slow or
busy machine, the ratio of both says more than seconds.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen
from bench import catalogue, closures, locked, registration
from bench.measure import Measured, calls, measure
from rich.console import Console
from rich.table import Table

from voidgen.lock import voidgen_lock as lock_file

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
VOIDGEN = [str(Path(PYTHON).with_name("voidgen"))]
PACKAGES = 2_000
"""Packages of the lock: an image with a desktop has about as many."""
CLOSURE = 10_000
"""Store paths of each compared closure."""
LARGEST_CLOSURE = 100_000
CALLS = 20
"""Calls for each run of ``--runs``: one takes milliseconds."""
COPY = "cp -R ../project/image ../project/flake.nix . && git add --intent-to-add ."


@frozen
class Row:
    """One line of the table."""

    what: str
    measured: Measured
    yardstick: Measured
    against: str
    seconds: float | None = None
    """The goal."""
    mebibytes: float | None = None
    """The goal."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure voidgen.")
    parser.add_argument("--runs", type=int, default=5, help="runs of each (default: 5)")
    parser.add_argument("--quick", action="store_true", help="leave out the largest")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voidgen-bench-") as folder:
        rows = [
            *_start(Path(folder), asked.runs),
            *_lock(asked.runs * CALLS),
            *_registration(Path(folder) / "registration", asked.runs),
            *_closures(Path(folder) / "closures", asked.runs, largest=not asked.quick),
            *_check(Path(folder) / "check", asked.runs),
            *_root(Path(folder) / "root", asked.runs),
            *_made_up(Path(folder) / "made-up", asked.runs, largest=not asked.quick),
        ]
    _print(rows)


def _start(folder: Path, runs: int) -> Iterator[Row]:
    bare = measure([PYTHON, "-c", "pass"], cwd=folder, runs=runs)
    version = measure([*VOIDGEN, "--version"], cwd=folder, runs=runs)
    yield Row("voidgen --version", version, bare, "python -c pass", 0.15)
    for words in (["--help"], ["generate", "--help"]):
        helped = measure([*VOIDGEN, *words], cwd=folder, runs=runs)
        yield Row(f"voidgen {' '.join(words)}", helped, bare, "python -c pass", 0.15)


def _lock(runs: int) -> Iterator[Row]:
    """Measure reading and writing voidgen.lock in memory, compared with its JSON alone."""
    lock = locked.lock(PACKAGES)
    data = lock_file.dump(lock)
    table = json.loads(data)
    name, against = f"voidgen.lock of {PACKAGES:,} packages", "json.{} of it"
    read = calls(lambda: lock_file.parse(data, Path(lock_file.FILE)), runs)
    loads = calls(lambda: json.loads(data), runs)
    yield Row(f"{name}, reading", read, loads, against.format("loads"), 0.05)
    write = calls(lambda: lock_file.dump(lock), runs)
    yield Row(
        f"{name}, writing", write, calls(lambda: json.dumps(table), runs), against.format("dumps")
    )


def _registration(folder: Path, runs: int) -> Iterator[Row]:
    """Measure the registration, for which the boot of a live system waits."""
    loaded, dumped = registration.load(folder, runs)
    name = f"registration of {registration.PATHS:,} store paths, loading"
    yield Row(name, loaded, dumped, "nix-store --dump-db", 2)


def _closures(folder: Path, runs: int, *, largest: bool) -> Iterator[Row]:
    """Compare two closures. Goals: half of Nix's time; for the largest, 5 s and 1 GB."""
    ours, theirs = closures.compare(folder / "some", CLOSURE, runs)
    name, against = f"diff of two closures of {CLOSURE:,} paths", "nix store diff-closures"
    yield Row(name, ours, theirs, against, theirs.least / 2)
    if largest:
        ours, theirs = closures.compare(folder / "most", LARGEST_CLOSURE, max(1, runs // 2))
        name = f"diff of two closures of {LARGEST_CLOSURE:,} paths"
        yield Row(name, ours, theirs, against, 5, 1000)


def _check(folder: Path, runs: int) -> Iterator[Row]:
    """Measure `voidgen check` of the offline example, already built in a separate store."""
    (folder / "home").mkdir(parents=True)
    settings = "experimental-features = nix-command flakes\nsubstituters =\nbuild-users-group =\n"
    env = [
        "env", f"HOME={folder / 'home'}", f"NIX_CONFIG={settings}",
        f"NIX_STORE_DIR={folder / 'store'}", f"NIX_STATE_DIR={folder / 'state'}",
    ]  # fmt: skip
    project = folder / "project"
    subprocess.run([*VOIDGEN, "--quiet", "init", "--offline", project], check=True)
    subprocess.run([*VOIDGEN, "--quiet", "-C", project, "generate"], check=True)
    build = [*env, "nix", "build"]
    subprocess.run(build, cwd=project, check=True)
    again = measure(build, cwd=project, runs=runs)
    checked = measure([*env, *VOIDGEN, "--quiet", "check"], cwd=project, runs=runs)
    yield Row("check, offline example", checked, again, "nix build, nothing to do", 10)


def _root(folder: Path, runs: int) -> Iterator[Row]:
    """Measure generating the root image, in a copy of the files that this reads."""
    project = folder / "project"
    project.mkdir(parents=True)
    shutil.copy(ROOT / "voidgen.toml", project)
    shutil.copytree(ROOT / "overlay-src", project / "overlay-src")
    (project / "generator").mkdir()
    shutil.copy(ROOT / "generator" / "outputs.nix", project / "generator")
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    bare = measure([PYTHON, "-c", "import click, cattrs, jinja2"], cwd=folder, runs=runs)
    for what, measured in _both(project, runs):
        yield Row(f"generate, root image, {what}", measured, bare, "importing the libraries", 0.4)


def _made_up(folder: Path, runs: int, *, largest: bool) -> Iterator[Row]:
    folder.mkdir()
    first: dict[str, Measured] = {}
    sizes = [(1_000, 10_000), (10_000, 100_000)]
    for modules, files in sizes if largest else sizes[:1]:
        name = f"{modules:,} modules, {files:,} files"
        print(f"making {name}", file=sys.stderr)
        project = folder / "project"
        catalogue.write(project, modules, files)
        subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
        times = runs if not first else 1
        rows = dict(_both(project, times))
        copy = _copy(folder / "copy", times)
        for what, measured in rows.items():
            if not first.get(what):
                yield Row(f"{name}, {what}", measured, copy, "cp, git add", 5, 300)
            else:
                text = "a tenth of it"
                yield Row(f"{name}, {what}", measured, first[what], text, 12 * first[what].least)
        first = rows
        shutil.rmtree(project)


def _both(project: Path, runs: int) -> Iterator[tuple[str, Measured]]:
    """Measure generating without emitted files, and then again with them."""
    argv = [*VOIDGEN, "--quiet", "generate"]

    def clean() -> None:
        shutil.rmtree(project / "image", ignore_errors=True)
        (project / "flake.nix").unlink(missing_ok=True)
        (project / ".git" / "index").unlink(missing_ok=True)
        # A file of outputs, which voidgen does not emit, must be in git.
        if (project / "generator").is_dir():
            subprocess.run(["git", "add", "generator"], cwd=project, check=True)

    yield "first time", measure(argv, cwd=project, runs=runs, before=clean)
    yield "nothing to do", measure(argv, cwd=project, runs=runs)


def _copy(folder: Path, runs: int) -> Measured:
    """Measure copying the emitted files, and adding them to git."""
    _empty(folder)
    return measure(["sh", "-c", COPY], cwd=folder, runs=runs, before=lambda: _empty(folder))


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["git", "init", "--quiet", folder], check=True)


def _print(rows: list[Row]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for head in ("goal", "least", "median", "peak", "ratio"):
        table.add_column(head, justify="right")
    table.add_column("to")
    for row in rows:
        slow = row.seconds is not None and row.measured.least > row.seconds
        large = row.mebibytes is not None and row.measured.peak > row.mebibytes
        table.add_row(
            row.what,
            "" if row.seconds is None else f"{row.seconds:.2f} s",
            f"{row.measured.least:.2f} s",
            f"{row.measured.median:.2f} s",
            f"{row.measured.peak:.0f} MiB",
            f"{row.measured.least / row.yardstick.least:.1f}",
            f"{row.against} ({row.yardstick.least:.2f} s)",
            style="red" if slow or large else "",
        )
    Console(width=None if sys.stdout.isatty() else 140).print(table)


if __name__ == "__main__":
    main()
