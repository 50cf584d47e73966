"""The real Nix in a store of the tests' own, and an offline project to build."""

import os
import shutil
from pathlib import Path

import pytest
from tests.integration.offline import Nix, isolated, write_project
from tests.support.program import voidgen


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


@pytest.fixture
def empty_nix(nix_env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nix:
    """A store that holds nothing, also for this process."""
    root = str(Path(nix_env["NIX_STORE_DIR"]).parent)
    moved = {name: value.replace(root, str(tmp_path / "nix")) for name, value in nix_env.items()}
    Path(moved["HOME"]).mkdir(parents=True)
    for name in [name for name in os.environ if name.startswith("NIX_")]:
        monkeypatch.delenv(name)
    for name, value in moved.items():
        monkeypatch.setenv(name, value)
    return Nix(moved)


@pytest.fixture
def example(empty_nix: Nix, tmp_path: Path) -> Path:
    """The offline example, generated and not built."""
    assert empty_nix
    busybox = os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox, "the tests need a static busybox (Debian: apt install busybox-static)"
    assert voidgen("init", "--offline", "--busybox", busybox, "project", cwd=tmp_path).status == 0
    folder = tmp_path / "project"
    assert voidgen("generate", cwd=folder).status == 0
    return folder
