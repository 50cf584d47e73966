"""The real Nix in a store of the tests' own, and an offline project to build."""

import os
from pathlib import Path

import pytest
from tests.integration.offline import Nix, write_project

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
