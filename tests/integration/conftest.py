"""The real Nix in a store of the tests' own, and an offline project to build."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration import flake_project as flake_projects
from tests.integration.flake_project import FlakeProject
from tests.integration.offline import Nix, isolated, write_project
from tests.support.program import voidgen

from voidgen.check import rebuilt, sources
from voidgen.nix import flakes
from voidgen.outcome.types import Outcome
from voidgen.system import process


@pytest.fixture(scope="session")
def nix_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a Nix of the tests' own."""
    return isolated(tmp_path_factory.mktemp("nix"))


@pytest.fixture(scope="session")
def nix(nix_env: dict[str, str]) -> Nix:
    return Nix(nix_env)


@pytest.fixture(scope="session")
def offline_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that builds. Tests that change one write their own."""
    return write_project(tmp_path_factory.mktemp("offline") / "project")


def use_nix(patch: pytest.MonkeyPatch, env: dict[str, str]) -> None:
    """Have this process use the Nix of ``env``."""
    for name in [name for name in os.environ if name.startswith("NIX_")]:
        patch.delenv(name)
    for name, value in env.items():
        patch.setenv(name, value)


@contextmanager
def chosen(env: dict[str, str]) -> Iterator[Nix]:
    """Have this process use the Nix of ``env``."""
    with pytest.MonkeyPatch.context() as patch:
        use_nix(patch, env)
        yield Nix(env)


@pytest.fixture
def chosen_nix(nix_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Have this process use the tests' Nix, and not wait before it tries again."""
    use_nix(monkeypatch, nix_env)
    monkeypatch.setattr(process, "LONGEST_WAIT", 0)
    return nix_env


@pytest.fixture
def use_empty_store(
    chosen_nix: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Return a function that turns to an empty store, and to empty caches."""
    count = itertools.count()

    def turn() -> None:
        for name, value in empty(chosen_nix, tmp_path / f"store-{next(count)}").items():
            monkeypatch.setenv(name, value)

    return turn


@pytest.fixture
def flake_project(chosen_nix: dict[str, str], tmp_path: Path) -> FlakeProject:
    """Return a flake with two inputs that has no flake.lock."""
    assert chosen_nix
    return flake_projects.make(tmp_path)


@pytest.fixture
def locked_flake(flake_project: FlakeProject) -> FlakeProject:
    flakes.lock(flake_project.folder)
    return flake_project


def once(patch: pytest.MonkeyPatch) -> None:
    """Have `voidgen check` generate and build once only: other tests cover the second run."""
    same = Outcome("two generations are the same", "passed")
    patch.setattr(sources, "generated", lambda _: same)
    patch.setattr(rebuilt, "check", lambda *_: iter(()))


def empty(nix_env: dict[str, str], folder: Path) -> dict[str, str]:
    """Return the variables of a Nix whose store is in ``folder`` and holds nothing."""
    root = str(Path(nix_env["NIX_STORE_DIR"]).parent)
    moved = {name: value.replace(root, str(folder)) for name, value in nix_env.items()}
    Path(moved["HOME"]).mkdir(parents=True)
    return moved


@pytest.fixture
def empty_nix(nix_env: dict[str, str], tmp_path: Path) -> Iterator[Nix]:
    """Have this process use a Nix with an empty store."""
    with chosen(empty(nix_env, tmp_path / "nix")) as nix:
        yield nix


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The offline example, generated and not built. Tests work on copies."""
    busybox = os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox, "the tests need a static busybox (Debian: apt install busybox-static)"
    folder = tmp_path_factory.mktemp("pristine") / "project"
    words = ("init", "--offline", "--busybox", busybox, "project")
    assert voidgen(*words, cwd=folder.parent).status == 0
    assert voidgen("generate", cwd=folder).status == 0
    return folder


@pytest.fixture
def example(empty_nix: Nix, pristine: Path, tmp_path: Path) -> Path:
    """A copy of the offline example, with an empty store."""
    assert empty_nix
    return shutil.copytree(pristine, tmp_path / "project", symlinks=True)


@pytest.fixture
def warm(nix_env: dict[str, str], pristine: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the offline example, with a store in which earlier tests have built it.

    For tests that neither depend on the store's content nor change it.
    """
    with chosen(nix_env):
        yield shutil.copytree(pristine, tmp_path / "project", symlinks=True)
