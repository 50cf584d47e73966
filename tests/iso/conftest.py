"""A container engine, the stand-ins for mklive and XBPS, and a project that is locked to them."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.integration import conftest as integration
from tests.integration.offline import ROOT
from tests.iso import podman
from tests.iso.making import Made, make, settle
from tests.iso.podman import NoContainersError, Podman
from tests.locks.project import clone

nix_env = integration.nix_env


@pytest.fixture(scope="session")
def engine() -> Podman:
    """podman with the stand-ins' image. Tests are skipped if it cannot run containers."""
    folder = ROOT / ".venv" / "container" / str(os.getuid())
    try:
        return podman.find(folder, podman.PROGRAMS)
    except NoContainersError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def made(
    nix_env: dict[str, str], engine: Podman, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """The project, made once. At the end, its container is removed from podman's storage."""
    one = make(tmp_path_factory.mktemp("iso"), engine, nix_env)
    yield one
    with suppress(AssertionError):
        # Fails if no test has loaded it.
        engine.run("rmi", one.container)


@pytest.fixture
def folder(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project."""
    settle(monkeypatch, made.env)
    return clone(made.project, tmp_path / "project")
