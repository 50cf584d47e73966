"""The real Nix in a store of the tests' own, and an offline project to build."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.offline import Nix, write_project
from tests.unit.program import voidgen

from voidgen import nix as verbs

CONFIG = """
build-users-group =
experimental-features = nix-command flakes
sandbox = true
sandbox-fallback = true
substituters =
"""


@pytest.fixture(scope="session")
def nix_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Neither root nor /nix is needed, and nothing of the machine's Nix is read."""
    root = tmp_path_factory.mktemp("nix")
    home = root / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NIX_")}
    return {
        **kept,
        "HOME": str(home),
        "NIX_CONFIG": CONFIG,
        "NIX_CONF_DIR": str(root / "etc"),
        "NIX_DATA_DIR": str(root / "share"),
        "NIX_LOCALSTATE_DIR": str(root / "var"),
        "NIX_LOG_DIR": str(root / "log"),
        "NIX_STATE_DIR": str(root / "state"),
        "NIX_STORE_DIR": str(root / "store"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
    }


@pytest.fixture(scope="session")
def nix(nix_env: dict[str, str]) -> Nix:
    return Nix(nix_env)


@pytest.fixture(scope="session")
def offline_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that builds. Tests that change one write their own."""
    return write_project(tmp_path_factory.mktemp("offline") / "project")


@pytest.fixture
def empty_nix(
    nix_env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Nix]:
    """A store that holds nothing, also for this process."""
    root = str(Path(nix_env["NIX_STORE_DIR"]).parent)
    moved = {name: value.replace(root, str(tmp_path / "nix")) for name, value in nix_env.items()}
    Path(moved["HOME"]).mkdir(parents=True)
    for name in [name for name in os.environ if name.startswith("NIX_")]:
        monkeypatch.delenv(name)
    for name, value in moved.items():
        monkeypatch.setenv(name, value)
    verbs.version.cache_clear()
    yield Nix(moved)
    verbs.version.cache_clear()


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
