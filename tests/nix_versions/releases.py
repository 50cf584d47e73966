"""Releases of Nix, each with its own store at the same path."""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.integration.offline import SYSTEM, Nix
from tests.support.program import found

MACHINE = "bookworm"
SUITES = (MACHINE, "trixie", "sid")
"""Debian's suites. The Nix of the first is the machine's own."""

OUTPUTS = (
    f"checks.{SYSTEM}.include",
    *(
        f"packages.{SYSTEM}.{name}"
        for name in ("closure", "collisions", "default", "include", "profile")
    ),
)


@dataclass(frozen=True)
class Made:
    """The offline example, generated and built with one release of Nix."""

    project: Path
    files: Mapping[str, bytes | str | None]
    outputs: Mapping[str, Path]
    registration: str
    """Path, narHash, size, derivation and references of everything that the outputs need."""


class Releases:
    """Builds contain the store's path, so each store is moved to the same path while in use."""

    def __init__(self, roots: Path, env: Mapping[str, str], projects: Path) -> None:
        self._roots = roots
        self._env = env
        self._place = Path(env["NIX_STORE_DIR"]).parent
        self._projects = projects
        self._made: dict[str, Made] = {}

    @contextmanager
    def use(self, suite: str) -> Iterator[Nix]:
        """Use a suite's Nix with its store."""
        apart = self._place.with_name(f"{self._place.name}-{suite}")
        if apart.exists():
            apart.rename(self._place)
        else:
            # Otherwise, Nix would find another release's builds, and would not build.
            assert not Path(self._env["NIX_STORE_DIR"]).exists()
            Path(self._env["HOME"]).mkdir(parents=True, exist_ok=True)
        try:
            yield Nix({**self._env, "PATH": self._path(suite)})
        finally:
            self._place.rename(apart)

    def made(self, suite: str) -> Made:
        """Return the example as a suite's Nix builds it, built once."""
        if suite not in self._made:
            with self.use(suite) as nix:
                self._made[suite] = _make(nix, self._projects / suite)
        return self._made[suite]

    def _path(self, suite: str) -> str:
        path = self._env["PATH"]
        if suite == MACHINE:
            return path
        programs = self._roots / suite / "bin"
        assert (programs / "nix").exists(), f"no Nix in {programs}: scripts/nix-root makes it"
        return f"{programs}:{path}"


def _make(nix: Nix, project: Path) -> Made:
    busybox = os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox, "the tests need a static busybox (Debian: apt install busybox-static)"
    _voidgen(nix, "init", "--offline", "--busybox", busybox, project)
    _voidgen(nix, "--project", project, "generate")
    outputs = {output: _build(nix, f"{project}#{output}") for output in OUTPUTS}
    known = nix.run("nix-store", "--query", "--requisites", *outputs.values()).split()
    registration = nix.run("nix-store", "--dump-db", *sorted(known))
    return Made(project, found(project), outputs, registration)


def _voidgen(nix: Nix, *words: str | Path) -> None:
    nix.run(sys.executable, "-m", "voidgen", *words)


def _build(nix: Nix, output: str) -> Path:
    (built,) = json.loads(nix.run("nix", "build", "--json", "--no-link", output))
    return Path(built["outputs"]["out"])
